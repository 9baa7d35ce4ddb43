import type { CredentialUse } from "@/lib/activity/schema";
import type { CredentialKind } from "@/lib/credentials/schema";
import type { RehearsalView } from "@/lib/rehearsals/schema";
import type { SessionState } from "@/lib/sessions/schema";

/** Of some secrets: how many there are, and on how many machines; null where they were not all counted. */
export type SecretFigure = { readonly secrets: number; readonly machines: number | null };

/** What the overview of a tenant counts. */
export type OverviewFigures = {
  readonly machines: number;
  readonly hosts: Readonly<Record<SessionState, number>>;
  readonly jobs: { readonly running: number; readonly pending: number };
  readonly neverUsed: SecretFigure;
  readonly unused: SecretFigure;
  readonly machinesWithOneSecret: number;
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
