import type { CredentialUse } from "@/lib/activity/schema";
import type { CredentialKind } from "@/lib/credentials/schema";
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
