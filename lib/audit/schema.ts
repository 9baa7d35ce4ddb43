import { z } from "zod";
import { looksLikeSecret } from "@/lib/text";

export const EVENTS_A_PAGE = 50;

/** The public id of a client secret or key. Somebody may paste a whole secret; only its id goes on from here. */
const credentialId = z
  .string()
  .trim()
  .transform((text) => /^lks_([0-9A-Za-z]{16})_/.exec(text)?.[1] ?? text)
  .pipe(z.string().regex(/^[0-9A-Za-z]{1,16}$/));

/** PostgreSQL knows no year 0. */
const YEAR_FROM_1 = /^(?!0000)/;
const instant = z.iso.datetime().regex(YEAR_FROM_1);

/** Where one page ends and the next begins: `<time>~<event id>`. */
export const recordCursor: z.ZodType<string> = z
  .templateLiteral([z.iso.datetime({ precision: 3 }), "~", z.uuid()])
  .refine((text) => YEAR_FROM_1.test(text));

/** What one looks for, where what cannot be read is refused. */
export const recordFilterSchema = z.object({
  person: z.uuid().optional(),
  machine: z
    .string()
    .trim()
    .min(1)
    .max(450)
    .refine((text) => !looksLikeSecret(text), "This is a client secret. Look for its id.")
    .optional(),
  credential: credentialId.optional(),
  /** A type (`machine.deleted`), or the first half of it for all of its kind (`machine`). */
  kind: z
    .string()
    .max(60)
    .regex(/^[a-z_]+(?:\.[a-z_]+)?$/)
    .optional(),
  from: instant.optional(),
  to: instant.optional(),
});

const { person, machine, credential, kind, from, to } = recordFilterSchema.shape;

/** The same in an address, where what cannot be read is left out. */
const filters = {
  person: person.catch(undefined),
  machine: machine.catch(undefined),
  credential: credential.catch(undefined),
  kind: kind.catch(undefined),
  from: from.catch(undefined),
  to: to.catch(undefined),
};

/** What one looks for, as it stands in the address of the page and of the export. */
export const auditFilterSchema = z.object(filters);

/** The page's state as it stands in the address. */
export const auditListSchema = z.object({
  ...filters,
  older: recordCursor.optional().catch(undefined),
  newer: recordCursor.optional().catch(undefined),
});

export const EXPORT_FORMATS = ["csv", "jsonl"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export const exportQuerySchema = auditFilterSchema.extend({ format: z.enum(EXPORT_FORMATS) });

export type AuditFilters = z.output<typeof auditFilterSchema>;
export type AuditListQuery = z.output<typeof auditListSchema>;
export type ExportInput = { readonly format: ExportFormat; readonly filters: AuditFilters };

/** An event as lists and exports show it. */
export type AuditRow = {
  readonly id: string;
  readonly at: Date;
  readonly actorKind: string;
  readonly actorId: string | null;
  readonly actorName: string;
  readonly address: string | null;
  readonly type: string;
  readonly machineId: string | null;
  readonly credentialId: string | null;
  readonly details: Readonly<Record<string, unknown>>;
  /** Of the installation, whose chain is another one, and of concern to every tenant. */
  readonly isShared: boolean;
  /** Its place in the chain; null for the second or two until it is sealed. */
  readonly sequence: bigint | null;
};

/** What a machine is called now, for events that know only its id. */
export type NamedMachine = { readonly id: string; readonly name: string; readonly isDeleted: boolean };

export type AuditPage = {
  readonly rows: readonly AuditRow[];
  readonly machines: readonly NamedMachine[];
  /** What is typed for a machine may mean more of them than are looked for. */
  readonly isMachineVague: boolean;
  /** Cursors of the pages beside this one. */
  readonly older: string | null;
  readonly newer: string | null;
};

/** Somebody who did something here once. */
export type Person = { readonly id: string; readonly name: string };

/** A report names the first places; the rest is a number. */
export const FINDINGS_MAX = 100;

/** Something that the walk along a chain found to be wrong, with the place where it is. */
export type Finding = {
  readonly kind:
    | "event changed"
    | "event removed"
    | "event not written by Latchkey"
    | "event outside the chain"
    | "link changed or moved"
    | "links removed"
    | "written under another key"
    | "credential not written by Latchkey"
    | "credential deleted in the record"
    | "credential not in the record"
    | "signing key withdrawn in the record";
  /** The place in the chain, where there is one. */
  readonly sequence: string | null;
  readonly eventId: string | null;
  /** What the event says of its time, type and actor now; null where there is no event. */
  readonly event: { readonly at: Date; readonly type: string; readonly actorName: string } | null;
  /** Of the secret or key whose row it is, where it is no event. */
  readonly subjectId?: string;
};

export type Head = { readonly sequence: string; readonly digest: string };

/** What a walk along one chain found. */
export type ChainReport = {
  /** The tenant's id; all zeros for the installation's own events. */
  readonly chain: string;
  readonly chained: number;
  /** Written, and to be sealed within a second or two. */
  readonly waiting: number;
  /** The end of the chain, which stands for all of it; null for an empty one. */
  readonly head: Head | null;
  /** How much is wrong, and the first places of it. */
  readonly findingCount: number;
  readonly findings: readonly Finding[];
  /** Those of the heads asked for that the chain contains. */
  readonly containedHeads: readonly Head[];
  /** What should keep the tables from being changed and does not. */
  readonly missingGuards: readonly string[];
};

/**
 * What the button on the page says: the tenant's chain, and of the installation's, from which the page shows some events, only
 * whether it is intact. What else stands there is no tenant's business.
 */
export type TenantReport = ChainReport & { readonly isInstallationIntact: boolean };

export const isIntact = (report: ChainReport): boolean =>
  report.findingCount === 0 && report.missingGuards.length === 0;

/** The button on the page says nothing but "now". */
export const verifyRecordSchema = z.object({});
