import { z } from "zod";
import type { IssuedSecret } from "@/lib/credentials/schema";
import { isPlainLine, isPlainText, looksLikeSecret } from "@/lib/text";
import { machineTokenPolicySchema } from "@/lib/token-policy/schema";

/** The values of these three lists are stored and sent as they stand here. */
export const MACHINE_KINDS = ["Template", "Standard"] as const;
export const PROCESS_TYPES = ["Any", "Foreground", "Background"] as const;
export const PROCESS_COMPATIBILITIES = ["Any", "Windows", "CrossPlatform"] as const;

export const MACHINE_STATES = ["enabled", "disabled"] as const;
export const MACHINE_SORTS = [
  "name",
  "type",
  "description",
  "secrets",
  "hosts",
  "lastUsed",
  "created",
] as const;

/** What a list of machines can be narrowed to by their live secrets; a machine with a live key has another way in. */
export const SECRET_FILTERS = ["neverUsed", "unused", "single"] as const;
export type SecretFilter = (typeof SECRET_FILTERS)[number];

export const NAME_MAX_LENGTH = 450;
export const DESCRIPTION_MAX_LENGTH = 500;
export const RUNTIMES_MAX = 1000;
export const TAGS_MAX = 20;
export const TAG_MAX_LENGTH = 64;
export const PAGE_SIZES = [25, 50, 100] as const;
/** Of a row's place in a list as it stands in an address: a description, mostly. */
const CURSOR_MAX_LENGTH = 8192;
/** How many machines are provisioned at once, or named by their ids for a deed on all of them. */
export const MACHINES_AT_ONCE_MAX = 1000;
/** How many machines a filter may stand for in a deed on all that match. */
export const MACHINES_MATCHING_MAX = 10_000;
/** How many machines a form offers to choose from. */
export const MACHINES_OFFERED_MAX = 1000;
/** How many machines a filter by name stands for. */
export const MACHINES_MEANT_MAX = 50;

const formatted = (count: number) => count.toLocaleString("en-US");

const name = z
  .string({ error: "Enter a name." })
  .trim()
  .min(1, "Enter a name.")
  .max(NAME_MAX_LENGTH, `Use at most ${NAME_MAX_LENGTH} characters.`)
  .refine(isPlainLine, "Use plain characters only: no line breaks or control characters.");

const description = z
  .string()
  .trim()
  .max(DESCRIPTION_MAX_LENGTH, `Use at most ${DESCRIPTION_MAX_LENGTH} characters.`)
  .refine(isPlainText, "Use plain text only: no control characters.");

const runtimes = z
  .number({ error: `Enter a whole number from 0 to ${RUNTIMES_MAX}.` })
  .int(`Enter a whole number from 0 to ${RUNTIMES_MAX}.`)
  .min(0, `Enter a whole number from 0 to ${RUNTIMES_MAX}.`)
  .max(RUNTIMES_MAX, `Enter a whole number from 0 to ${RUNTIMES_MAX}.`);

const tag = z
  .string()
  .trim()
  .min(1)
  .max(TAG_MAX_LENGTH, `A tag has at most ${TAG_MAX_LENGTH} characters.`)
  .refine(isPlainLine, "Use plain characters only in a tag.");

/** What the machine forms share. */
export const machineDetailsSchema = machineTokenPolicySchema.extend({
  name,
  description: description.default(""),
  unattendedRuntimes: runtimes.default(1),
  nonProductionRuntimes: runtimes.default(0),
  testingRuntimes: runtimes.default(0),
  processType: z.enum(PROCESS_TYPES, "Choose a process type.").default("Any"),
  processCompatibility: z.enum(PROCESS_COMPATIBILITIES, "Choose a compatibility.").default("Any"),
  tags: z
    .array(tag)
    .max(TAGS_MAX, `Use at most ${TAGS_MAX} tags.`)
    .transform((tags) => [...new Set(tags)])
    .default([]),
});

export const provisionMachineSchema = machineDetailsSchema.extend({
  kind: z.enum(MACHINE_KINDS, "Choose machine template or standard machine."),
});

export const editMachineSchema = machineDetailsSchema.extend({
  machineId: z.uuid(),
  /** The revision the form was filled from. */
  revision: z.number().int().positive(),
});

export const machineIdSchema = z.object({ machineId: z.uuid() });

/** A file that only the owner of a recipient's identity can read takes the place of secrets in an answer (https://age-encryption.org). */
export const recipientSchema = z
  .string()
  .trim()
  .max(4096, "An age recipient is shorter than that.")
  .regex(/^age1[0-9a-z]+$/, "An age recipient begins with age1.")
  .nullable()
  .default(null);

/** What becomes of right rows where others are wrong: nothing, or they are done. */
export const BULK_MODES = ["all", "each"] as const;

export const provisionMachinesSchema = z.object({
  /** Each is what `provisionMachineSchema` says; a wrong one is told by its index, not a reason to read no further. */
  machines: z
    .array(z.unknown())
    .min(1, "Add at least one machine.")
    .max(MACHINES_AT_ONCE_MAX, `Provision at most ${formatted(MACHINES_AT_ONCE_MAX)} machines at once.`),
  mode: z.enum(BULK_MODES).default("all"),
  recipient: recipientSchema,
});

/** What a pasted CSV may say of each machine, by the names of its columns. */
export const MACHINE_COLUMNS = [
  "name",
  "kind",
  "description",
  "unattendedRuntimes",
  "nonProductionRuntimes",
  "testingRuntimes",
  "processType",
  "processCompatibility",
  "tags",
] as const;
export type MachineColumn = (typeof MACHINE_COLUMNS)[number];

/** In bytes, as it is sent; a server action takes 256 KiB with everything around it. */
const PASTED_MAX_BYTES = 200 * 1024;
const sentBytes = (text: string) => new TextEncoder().encode(JSON.stringify(text)).length;

/** Machines as somebody pasted them: a name a line, or a CSV; and what holds for all of them where a line says nothing. */
export const pastedMachinesSchema = provisionMachineSchema.omit({ name: true }).extend({
  text: z
    .string()
    .refine((text) => text.trim() !== "", "Paste at least one name.")
    .refine(
      (text) => sentBytes(text) <= PASTED_MAX_BYTES,
      "This is more than 200 KiB of text. Paste it in parts.",
    ),
  recipient: recipientSchema,
});

/** What a list of machines is narrowed to. */
export const machineFilterSchema = z.strictObject({
  search: z
    .string()
    .trim()
    .max(200)
    .refine((text) => isPlainLine(text) && !looksLikeSecret(text), "Search for plain text, not for a secret.")
    .default(""),
  kind: z.enum(MACHINE_KINDS).optional(),
  state: z.enum(MACHINE_STATES).optional(),
  secrets: z.enum(SECRET_FILTERS).optional(),
});

/** Machines for one deed on all of them: by their ids, or all that match a filter at that moment; one of the two. */
export const chosenMachinesSchema = z.object({
  machineIds: z
    .array(z.uuid())
    .min(1, "Choose at least one machine.")
    .max(MACHINES_AT_ONCE_MAX, `Choose at most ${formatted(MACHINES_AT_ONCE_MAX)} machines at once.`)
    .optional(),
  filter: machineFilterSchema.optional(),
  /** The `token` of what was shown before: the deed refuses to cut more than was shown then. */
  preview: z.uuid().optional(),
});

export const deleteMachinesSchema = chosenMachinesSchema;

/** The list's state as it stands in the address; anything unreadable falls back instead of failing. */
export const machineListSchema = z.object({
  search: z
    .string()
    .trim()
    .max(200)
    .refine((text) => isPlainLine(text) && !looksLikeSecret(text))
    .catch("")
    .default(""),
  type: z.enum(MACHINE_KINDS).optional().catch(undefined),
  state: z.enum(MACHINE_STATES).optional().catch(undefined),
  secrets: z.enum(SECRET_FILTERS).optional().catch(undefined),
  sort: z.enum(MACHINE_SORTS).catch("name").default("name"),
  direction: z.enum(["asc", "desc"]).catch("asc").default("asc"),
  page: z.coerce.number().int().min(1).max(100_000).catch(1).default(1),
  /** The page counted from the last one, where nobody counts them from the first. */
  fromEnd: z.coerce.number().int().min(1).max(100_000).optional().catch(undefined),
  /** The row behind which the page begins, or before which it ends; without either it is found by its number. */
  after: z.string().max(CURSOR_MAX_LENGTH).optional().catch(undefined),
  before: z.string().max(CURSOR_MAX_LENGTH).optional().catch(undefined),
  pageSize: z.coerce
    .number()
    .refine((size) => PAGE_SIZES.some((known) => known === size))
    .catch(25)
    .default(25),
});

export type MachineDetails = Readonly<z.output<typeof machineDetailsSchema>>;
export type MachineKind = (typeof MACHINE_KINDS)[number];
export type ProcessType = (typeof PROCESS_TYPES)[number];
export type ProcessCompatibility = (typeof PROCESS_COMPATIBILITIES)[number];
export type MachineSort = (typeof MACHINE_SORTS)[number];
export type MachineListQuery = z.output<typeof machineListSchema>;
export type ProvisionMachineInput = z.output<typeof provisionMachineSchema>;
export type ProvisionMachinesInput = z.output<typeof provisionMachinesSchema>;
export type MachineFilter = z.output<typeof machineFilterSchema>;
export type ChosenMachines = Readonly<z.output<typeof chosenMachinesSchema>>;
export type EditMachineInput = z.output<typeof editMachineSchema>;

/** A machine as a row of the list. */
export type MachineRow = {
  readonly id: string;
  readonly kind: MachineKind;
  readonly name: string;
  readonly description: string;
  readonly clientId: string;
  readonly tags: readonly string[];
  readonly liveSecrets: number;
  readonly liveKeys: number;
  readonly connectedHosts: number;
  readonly lastUsedAt: Date | null;
  readonly createdAt: Date;
  readonly isEnabled: boolean;
  /** The secret or key whose name or note has what was searched, where nothing of the machine itself has it. */
  readonly foundBy: FoundCredential | null;
};

export type FoundCredential = {
  readonly id: string;
  readonly kind: "Secret" | "Key";
  readonly name: string;
  readonly note: string;
};

export type MachinePage = {
  readonly rows: readonly MachineRow[];
  /** How many machines match the filters, on all pages, so far as they are counted. */
  readonly matching: number;
  /** The tenant has no machine, whatever the filters. */
  readonly isEmpty: boolean;
  /** Which page it is: counted from the first, or from the last, which is 1. */
  readonly page: number | null;
  readonly fromEnd: number | null;
  /** Null where they are too many to be counted. */
  readonly pageCount: number | null;
  /** What an address names as `before` and `after` to get the pages beside this one. */
  readonly before: string | null;
  readonly after: string | null;
};

/** A machine as its edit page shows it. */
export type MachineView = MachineDetails & {
  readonly id: string;
  readonly kind: MachineKind;
  readonly clientId: string;
  readonly revision: number;
  readonly createdAt: Date;
  readonly createdBy: string | null;
  readonly isEnabled: boolean;
};

export type PastedMachines = z.output<typeof pastedMachinesSchema>;

/** What is wrong with a line of a pasted text, counted from 1. */
export type PastedError = {
  readonly line: number;
  readonly field: string | null;
  readonly detail: string;
};

/** A pasted text as it would be provisioned. */
export type CheckedMachines = {
  readonly count: number;
  /** The first of them, as they would be. */
  readonly first: readonly { readonly line: number; readonly machine: Readonly<Record<string, unknown>> }[];
  /** By line; without any, all can be provisioned. */
  readonly errors: readonly PastedError[];
};

/** Why a row of a deed on many is not done. */
export type RowProblem = {
  readonly code: "invalid" | "not_found" | "conflict" | "limit_reached" | "gone";
  readonly field: string | null;
  readonly detail: string;
};

/** A machine of many that are to be provisioned, by its place in the request. */
export type MachineLine = {
  readonly index: number;
  readonly name: string;
  readonly problem: RowProblem | null;
};

/** The secret's value is null where it is in the encrypted file. */
export type ProvisionedLine = MachineLine & {
  readonly provisioned:
    | (Omit<IssuedSecret, "clientSecret"> & {
        readonly machineId: string;
        readonly clientSecret: string | null;
      })
    | null;
};

export type ProvisionedMachines = {
  readonly results: readonly ProvisionedLine[];
  /** An armored age file with the secrets, where a recipient was named. */
  readonly encrypted: string | null;
};
