import { z } from "zod";
import type { Role } from "@/lib/roles";

export const NOTIFICATIONS_A_PAGE = 50;
/** So much of what a receiver answered is kept. */
export const ANSWER_MAX_CHARACTERS = 500;

export const DELIVERY_STATES = ["waiting", "delivered", "given_up"] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** What came of the last attempt. */
export type DeliveryOutcome = {
  readonly state: DeliveryState;
  readonly at: Date | null;
  readonly status: number | null;
  /** Why there was no answer: a word of the receiver's kind. */
  readonly failure: string | null;
  /** The beginning of what the receiver answered. */
  readonly answer: string | null;
};

export type DeliveryRow = DeliveryOutcome & {
  readonly id: string;
  /** The notification's: what receivers know it by. */
  readonly messageId: string;
  readonly kind: string;
  readonly createdAt: Date;
  readonly attempts: number;
  readonly nextAt: Date;
};

/** What waits for one receiver, and what came of the last attempt. */
export type Outbox = { readonly waiting: number; readonly last: DeliveryOutcome | null };

/** Everything that people can be told. The values are stored and delivered as they stand here. */
export const NOTICE_KINDS = [
  "credential.expiring",
  "credential.expired",
  "credential.used_although",
  "machine.without_credential",
  "rotation.finished",
  "rotation.stuck",
  "successor.taken_elsewhere",
  "leak.reported",
  "refusals.flood",
  "host.unresponsive",
  "webhook.switched_off",
  "signing_key.withdrawn",
  "chain.broken",
] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

/** What a tenant is not told unless it asks for it. */
export const OFF_AT_FIRST: readonly NoticeKind[] = ["host.unresponsive"];

/** So many are named where one notification is about many; the rest is a number. */
export const NAMED_MAX = 20;

export type NamedMachine = { readonly machineId: string; readonly machineName: string };

/** A secret or key by its public id and what people call it (empty where nobody named it), never a value. */
export type NamedCredential = NamedMachine & {
  readonly credentialId: string;
  readonly credentialName: string;
  readonly credentialKind: "Secret" | "Key";
};

/** Who would be cut, and the names of what runs there. A token may be bought by what is no host. */
export type RehearsedUse = {
  readonly hostName: string | null;
  readonly address: string;
  readonly jobs: readonly string[];
};

type EndingCredential = NamedCredential & { readonly expiresAt: string };

/** Instants are ISO 8601 in UTC. Lists hold the first {@link NAMED_MAX}, and `count` says how many there are. */
export type Notice =
  | {
      readonly kind: "credential.expiring";
      readonly days: number;
      /** The day in UTC that all of them end on, such as `2026-12-24`. */
      readonly endsOn: string;
      readonly count: number;
      readonly credentials: readonly EndingCredential[];
    }
  | {
      readonly kind: "credential.expired";
      readonly count: number;
      readonly credentials: readonly EndingCredential[];
    }
  | ({
      /** Hosts, or addresses without one, used a credential whose deletion is rehearsed. */
      readonly kind: "credential.used_although";
      readonly state: "rehearsed";
      readonly rehearsalId: string;
      readonly count: number;
      readonly uses: readonly RehearsedUse[];
    } & NamedCredential)
  | ({
      /** Somebody tried to use a credential that is off or gone. */
      readonly kind: "credential.used_although";
      readonly state: "disabled" | "expired" | "deleted";
      readonly address: string | null;
      /** The host last seen at that address with that credential. */
      readonly hostName: string | null;
      /** The day in UTC: of one credential this is said once a day. */
      readonly on: string;
    } & NamedCredential)
  | {
      readonly kind: "machine.without_credential";
      readonly count: number;
      readonly machines: readonly NamedMachine[];
    }
  | ({
      /** Named is the credential that retired. */
      readonly kind: "rotation.finished";
      readonly rotationId: string;
      /** Null where each host brings a key of its own. */
      readonly successorId: string | null;
      readonly hostsMoved: number;
    } & NamedCredential)
  | ({
      /** Named is the credential that is to retire. */
      readonly kind: "rotation.stuck";
      readonly rotationId: string;
      /** Null where each host brings a key of its own. */
      readonly successorId: string | null;
      readonly latestEnd: string | null;
      /** Hosts that have not moved. */
      readonly count: number;
      readonly hostNames: readonly string[];
    } & NamedCredential)
  | ({
      /** Named is the credential that was handed over. */
      readonly kind: "successor.taken_elsewhere";
      readonly rotationId: string;
      readonly address: string;
      readonly hostName: string | null;
    } & NamedCredential)
  | ({
      readonly kind: "leak.reported";
      readonly done: "disabled" | "rehearsed" | "nothing";
      /** Who reported it. */
      readonly address: string | null;
      /** Where it was found: host and path; null where nobody said. A stranger wrote it. */
      readonly foundAt: string | null;
      /** The hosts that were connected with it. */
      readonly count: number;
      readonly hostNames: readonly string[];
      /** The day in UTC. */
      readonly on: string;
    } & NamedCredential)
  | {
      readonly kind: "refusals.flood";
      /** The beginning of the hour. */
      readonly hour: string;
      readonly refused: number;
    }
  | {
      readonly kind: "host.unresponsive";
      readonly count: number;
      readonly hosts: readonly (NamedMachine & {
        readonly sessionId: string;
        readonly hostName: string;
        readonly heartbeatAt: string;
      })[];
    }
  | {
      readonly kind: "webhook.switched_off";
      readonly webhookId: string;
      /** What people call it. */
      readonly webhookName: string;
      /** When it answered last; null where it never did. */
      readonly lastAnsweredAt: string | null;
      readonly switchedOffAt: string;
    }
  | {
      readonly kind: "signing_key.withdrawn";
      readonly kid: string;
      readonly liveTokens: number;
      readonly by: string;
    }
  | {
      readonly kind: "chain.broken";
      /** The tenant's id; all zeros for the installation's own events. */
      readonly chain: string;
      readonly findings: number;
      /** The first of them: what is wrong, and its place where it has one. */
      readonly finding: string;
      readonly sequence: string | null;
    };

/** What nobody can switch off for a tenant: of the installation, and of a record that somebody with its database changed. */
const ALWAYS_TOLD: readonly NoticeKind[] = ["signing_key.withdrawn", "chain.broken"];
/** What a tenant can choose not to be told. */
export const CHOSEN_KINDS = NOTICE_KINDS.filter((kind) => !ALWAYS_TOLD.includes(kind));

const offSchema = z.array(z.enum(CHOSEN_KINDS)).max(CHOSEN_KINDS.length);
export const editNotificationsSchema = z.object({
  /** What the tenant is not told. */
  off: offSchema,
  /** What the form was filled from. */
  seen: offSchema,
});
export type EditNotificationsInput = z.output<typeof editNotificationsSchema>;

/** A person has seen the list up to a notification of this instant. */
export const seenNotificationsSchema = z.object({
  until: z.iso.datetime({ precision: 3 }).regex(/^(?!0000)/),
});
export type SeenNotificationsInput = z.output<typeof seenNotificationsSchema>;

export type NoticeOf<Kind extends NoticeKind> = Extract<Notice, { readonly kind: Kind }>;

/** A notification as lists show it and receivers get it. `tenantId` null: of the installation. */
export type NotificationRow = {
  readonly id: string;
  readonly tenantId: string | null;
  readonly at: Date;
  readonly notice: Notice;
};

export type NotificationPage = {
  readonly rows: readonly NotificationRow[];
  /** Cursors of the pages beside this one. */
  readonly older: string | null;
  readonly newer: string | null;
};

/** How far a person's unread ones are counted. */
export const UNREAD_MAX = 99;

const kinds = z.enum(NOTICE_KINDS);

/** Where one page ends and the next begins: `<time>~<notification id>`. PostgreSQL knows no year 0. */
export const notificationCursor: z.ZodType<string> = z
  .templateLiteral([z.iso.datetime({ precision: 3 }), "~", z.uuid()])
  .refine((text) => !text.startsWith("0000"));

/** The page's state as it stands in the address; anything unreadable falls back. */
export const notificationListSchema = z.object({
  kind: kinds.optional().catch(undefined),
  older: notificationCursor.optional().catch(undefined),
  newer: notificationCursor.optional().catch(undefined),
});
export type NotificationListQuery = z.output<typeof notificationListSchema>;

/** What people choose from for their mail: the kinds, and the early warnings of an end apart from the late ones. */
export const MAIL_CHOICES = ["credential.expiring_early", ...NOTICE_KINDS] as const;
export type MailChoice = (typeof MAIL_CHOICES)[number];

/** What a member is mailed who has chosen nothing. */
export const MAILED_AT_FIRST: Readonly<Record<Role, readonly MailChoice[]>> = {
  Administrator: [
    "credential.expiring",
    "credential.expired",
    "leak.reported",
    "machine.without_credential",
    "chain.broken",
    "webhook.switched_off",
  ],
  Operator: [],
  Viewer: [],
};

/** The last mail to somebody was not taken. */
export type MailProblem = {
  readonly adminId: string;
  /** It is tried again, at `nextAt`. */
  readonly isWaiting: boolean;
  readonly at: Date;
  readonly nextAt: Date;
  /** The mail server's reply code (RFC 5321 §4.2); null where it was not reached. */
  readonly status: number | null;
  /** What was wrong, with what the server said. */
  readonly answer: string | null;
};

export const chooseMailSchema = z.object({
  tenantId: z.uuid(),
  kinds: z
    .array(z.enum(MAIL_CHOICES))
    .max(MAIL_CHOICES.length)
    .transform((kinds) => [...new Set(kinds)]),
});
