import { z } from "zod";
import type { AddressUse, CredentialUse } from "@/lib/activity/schema";
import type { CredentialKind, CredentialState, RecognizedSecret } from "@/lib/credentials/schema";
import type { JobState } from "@/lib/jobs/schema";
import type { MachineKind } from "@/lib/machines/schema";
import type { RehearsalView } from "@/lib/rehearsals/schema";
import type { SessionState } from "@/lib/sessions/schema";
import { isPlainLine } from "@/lib/text";

/** Of some secrets: how many there are, and on how many machines; null where they were not all counted. */
export type SecretFigure = { readonly secrets: number; readonly machines: number | null };

type JobCount = { readonly state: JobState; readonly count: number };

/** What is counted of all tenants together. */
export type InstallationFigures = {
  /** Those that are connected. */
  readonly hosts: Readonly<Record<Exclude<SessionState, "Disconnected">, number>>;
  /** Those that are not over, and all that were created within a day, by the state that they are in now. */
  readonly openJobs: readonly JobCount[];
  readonly jobsOfDay: readonly JobCount[];
  /** How many end within so many days, and not within one less; those that end later are left out. */
  readonly credentials: readonly { readonly days: number; readonly count: number }[];
  /** Notifications on their way to somebody. */
  readonly deliveries: readonly {
    readonly channel: "mail" | "webhook";
    readonly count: number;
    readonly oldest: Date;
  }[];
};

/** What the overview of a tenant counts. */
export type OverviewFigures = {
  readonly machines: number;
  readonly hosts: Readonly<Record<SessionState, number>>;
  readonly jobs: { readonly running: number; readonly pending: number };
  readonly neverUsed: SecretFigure;
  readonly unused: SecretFigure;
  readonly machinesWithOneSecret: number;
};

/** What rules of use would have meant for the last 30 days. */
export type ForeseenRules = {
  /** The address that whoever asks has here: behind a proxy that is not known as one, the proxy's. */
  readonly seenAs: string | null;
  /** What is wrong with the addresses as they are typed; nothing is refused by them then. */
  readonly problem: string | null;
  readonly refused: readonly AddressUse[];
  readonly allowed: readonly AddressUse[];
};

/** How a credential is used, as the machine's page shows it; without a use it never bought a token since that is recorded. */
export type CredentialActivity = {
  readonly credentialId: string;
  readonly kind: CredentialKind;
  /** What people know it by: its name, or its hint. */
  readonly label: string;
  readonly use: CredentialUse | null;
  /** The hosts that connected with it, the latest first, and how many there are in all. */
  readonly hosts: readonly string[];
  readonly hostCount: number;
};

/** A host that a rehearsed deletion would have cut. */
export type RehearsedHost = {
  /** The name as it is compared. */
  readonly hostKey: string;
  readonly hostName: string;
  readonly address: string;
  readonly lastSeenAt: Date;
  /** Its sessions with that credential since the rehearsal began. */
  readonly sessionIds: readonly string[];
};

export type RehearsedJob = {
  readonly id: string;
  readonly sessionId: string;
  readonly processName: string;
};

/** A rehearsal that goes on, with whom the deletion would have cut so far: the latest first, and how many there are in all. */
export type RehearsalReport = RehearsalView & {
  readonly hosts: readonly (RehearsedHost & { readonly jobs: readonly RehearsedJob[] })[];
  readonly hostCount: number;
  /** From where tokens were bought, by hosts or by anything else. */
  readonly addresses: readonly { readonly address: string; readonly lastAt: Date }[];
  readonly addressCount: number;
};

export const FIND_MAX_LENGTH = 300;

/** What somebody types or pastes to find something; it may be a client secret. */
export const findSchema = z.object({
  text: z
    .string({ error: "Enter what you look for." })
    .trim()
    .min(1, "Enter what you look for.")
    .max(FIND_MAX_LENGTH, `Use at most ${FIND_MAX_LENGTH} characters.`)
    .refine(isPlainLine, "Use plain characters only: no line breaks or control characters."),
});

export type FindInput = z.output<typeof findSchema>;

/** How many of each are found at the most: twenty in all. */
export const FOUND_MAX = { machines: 8, credentials: 6, hosts: 6 } as const;

export type FoundMachine = {
  readonly machineId: string;
  readonly name: string;
  readonly kind: MachineKind;
  readonly clientId: string;
  readonly isEnabled: boolean;
};

export type FoundCredential = {
  readonly credentialId: string;
  readonly kind: CredentialKind;
  /** Empty when nobody named it. */
  readonly name: string;
  readonly state: CredentialState;
  readonly machineId: string;
  readonly machineName: string;
  readonly isMachineDeleted: boolean;
};

export type FoundHost = {
  readonly hostName: string;
  readonly machineId: string;
  readonly machineName: string;
  readonly isConnected: boolean;
};

export type Found = {
  /** What is known of a client secret that was looked for; null where none was. */
  readonly secret: RecognizedSecret["value"] | "unknown" | null;
  readonly machines: readonly FoundMachine[];
  readonly credentials: readonly FoundCredential[];
  readonly hosts: readonly FoundHost[];
};

export type MachineInNeed = { readonly machineId: string; readonly machineName: string };
export type CredentialInNeed = MachineInNeed & {
  readonly credentialId: string;
  /** Empty where nobody named it. */
  readonly credentialName: string;
  readonly credentialKind: CredentialKind;
  /** When it ends, or its rehearsal. */
  readonly at: Date;
};

/** The first of something, and how many there are, so far as they are counted. */
export type AttentionList<Row> = { readonly count: number; readonly first: readonly Row[] };

/** What somebody should look at now. */
export type OverviewAttention = {
  readonly ended: AttentionList<CredentialInNeed>;
  readonly ending: AttentionList<CredentialInNeed>;
  readonly withoutCredential: AttentionList<MachineInNeed>;
  /** Used although their deletion is rehearsed. */
  readonly rehearsed: AttentionList<CredentialInNeed>;
  /** That end soon, and hosts are still on them. */
  readonly rotations: AttentionList<CredentialInNeed>;
  /** How many webhooks Latchkey switched off. */
  readonly webhooksOff: number;
};
