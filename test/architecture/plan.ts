/**
 * The house plan. A new room or arrow is a decision: it is made in docs/architecture.md, a new word here, and its commit says why.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

const page = readFileSync(join(import.meta.dirname, "../../docs/architecture.md"), "utf8");

/** The rows of the table under a heading: a place, and the places that it may enter. */
function tableUnder(heading: string): Readonly<Record<string, readonly string[]>> {
  const section = page.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  const rows = section.matchAll(/^\| `([\w/-]+)` \| (.*?) ?\| .+ \|$/gm);
  const names = (cell: string) => [...cell.matchAll(/`([\w/-]+)`/g)].map(([, name = ""]) => name);
  return Object.fromEntries([...rows].map(([, place = "", cell = ""]) => [place, names(cell)]));
}

/** The files that the page names from the repository's root. */
export const FILES_NAMED = [
  ...page.matchAll(/`((?:app|components|lib|server|test)\/[^`*<…]+\.(?:tsx?|mjs))`/g),
].map(([, path = ""]) => path);

/** What stands around the rooms, and which of these each may enter besides rooms and cellar. */
export const HOUSE = tableUnder("Around the rooms");

/** Which rooms a room may enter. The plan has no circles. */
export const ROOMS = tableUnder("Rooms");

/**
 * Types that may be named across the plan, because they leave nothing behind at run time: an actor has a kind of credential; the
 * screens have a sentence for every event, and the compiler counts them.
 */
export const TYPES_ANYBODY_MAY_NAME = ["lib/credentials/schema.ts", "lib/audit/events.ts"];

/** What every room may hold, and what one room holds besides, named for what it is. */
export const WORDS = ["schema", "rules", "queries", "commands"];
export const MORE_WORDS: Readonly<Record<string, readonly string[]>> = {
  "api-clients": ["gate", "refusals"],
  activity: ["token-requests", "token-request-rows"],
  audit: ["chain-walk", "digest", "events", "record-keys"],
  users: [
    "device",
    "link-token",
    "maker-of-links",
    "mail-receiver",
    "own-password",
    "password-work",
    "passwords",
    "record-of-person",
    "recovery-codes",
    "encrypted-second-factors",
    "setup-token",
    "throttle",
    "totp",
  ],
  credentials: [
    "conditions",
    "authentic",
    "authentic-rows",
    "material",
    "peppers",
    "public-key",
    "last-use",
    "purchases",
    "rules-of-use",
    "expiry",
  ],
  rotations: ["encrypted-value"],
  tenants: ["refusals"],
  machines: ["pasted", "refusals"],
  sessions: ["heartbeats", "refusals", "session-changes", "session-row"],
  jobs: ["job-changes", "robot-job"],
  assets: ["encrypted-assets", "encrypted-value"],
  notifications: ["back-off", "receiver"],
  webhooks: ["destination", "outgoing-request", "refusals", "secret", "send", "signature"],
  identity: [
    "access-token",
    "addresses",
    "authentication-configuration",
    "client-assertion",
    "client-authentication",
    "client-credentials",
    "client-request",
    "compact-jws",
    "credential-lookup",
    "credential-row",
    "dpop-nonce",
    "dpop-proof",
    "dpop-target",
    "failure-buckets",
    "failure-throttle",
    "form",
    "imported-jwk",
    "introspection",
    "key-material",
    "known-rows",
    "metadata",
    "oauth-error",
    "resource-metadata",
    "revocation",
    "revoked-tokens",
    "scopes",
    "encrypted-keys",
    "signing-keys",
    "successor-proof",
    "consumed-jtis",
    "token-activity",
    "token-issues",
    "token-status",
  ],
};

/** The models whose rows, and so whose tables, a room reads and writes; nobody else touches them. */
export const MODELS: Readonly<Record<string, readonly string[]>> = {
  "api-clients": ["apiClient"],
  activity: ["tokenRequest", "tokenRequestHour", "credentialUse"],
  audit: ["auditEvent", "auditKey", "auditLink", "auditPending"],
  notifications: ["notification", "notificationSettings", "notificationLook", "delivery"],
  limits: ["tenantLimits"],
  tenants: ["tenant"],
  users: [
    "admin",
    "adminPassword",
    "membership",
    "signIn",
    "federatedIdentity",
    "secondFactor",
    "recoveryCode",
    "invite",
    "passwordReset",
    "setupToken",
    "signInFailure",
    "mailChoice",
  ],
  credentials: ["credential"],
  rehearsals: ["rehearsal", "rehearsalTold"],
  rotations: ["rotation", "rotationHost"],
  machines: ["machine", "machineUse", "cutPreview"],
  identity: ["signingKey", "tokenIssue", "revokedToken", "consumedJti", "clientFailure"],
  sessions: ["session", "hearing"],
  jobs: ["job", "process"],
  assets: ["asset", "assetValue"],
  webhooks: ["webhook"],
  idempotency: ["idempotencyKey"],
};

/** Rooms that read what the rooms they may enter own, and write nothing. */
export const READERS = ["fleet"];

/** Files whose SQL reaches tables of others, which, and why. */
export const FOREIGN_TABLES: Readonly<
  Record<string, { readonly tables: readonly string[]; readonly why: string }>
> = {
  "lib/activity/token-requests.ts": {
    tables: ["credentials", "machines"],
    why: "the statement that writes what was asked looks up whose it is; who names no client of ours leaves no row",
  },
  "lib/api-clients/gate.ts": {
    tables: ["credentials", "machines"],
    why: "that an API client and its credential stand, and what it may do, is held in the deed's transaction",
  },
  "lib/audit/queries/verify-chain.ts": {
    tables: ["tenants"],
    why: "a tenant without a chain is found, too",
  },
  "lib/notifications/commands/queue-deliveries.ts": {
    tables: ["admins", "mail_choices", "memberships", "webhooks"],
    why: "the statement that fills the outbox asks who wants to be told",
  },
  "lib/notifications/commands/take-delivery.ts": {
    tables: ["tenants"],
    why: "what is sent names the tenant",
  },
  "lib/notifications/queries/list-due.ts": {
    tables: ["webhooks"],
    why: "nothing is due for a webhook that is off",
  },
  "lib/fleet/queries/installation-figures.ts": {
    tables: ["tenants"],
    why: "jobs of all tenants are counted from an index that begins with the tenant",
  },
  "lib/fleet/queries/session-commands.ts": {
    tables: ["revoked_tokens", "signing_keys", "tenants"],
    why: "one statement decides what a thousand streams are told",
  },
  "lib/rotations/commands/start-rotation.ts": {
    tables: ["sessions"],
    why: "which hosts are known is noted in one statement, while nobody can connect",
  },
  "lib/fleet/queries/verify-credentials.ts": {
    tables: ["signing_keys"],
    why: "the record is compared with what stands",
  },
  "lib/credentials/commands/edit-credential.ts": {
    tables: ["machines"],
    why: "a credential's name and note are kept in its machine's row by a trigger, and rows are locked in one order",
  },
  "lib/credentials/last-use.ts": {
    tables: ["machines"],
    why: "a credential's first use marks its machine by a trigger, and rows are locked in one order",
  },
  "lib/identity/credential-lookup.ts": {
    tables: ["credentials"],
    why: "an unknown secret is compared with another one's row, in the statement that looks it up",
  },
  "lib/identity/credential-row.ts": {
    tables: ["machines", "tenants"],
    why: "one statement decides a robot's request",
  },
  "lib/workflows/beat-at-once.ts": {
    tables: ["revoked_tokens", "signing_keys"],
    why: "a heartbeat is noted in the statement that asks whether its token still stands",
  },
  "lib/rehearsals/commands.ts": {
    tables: ["credentials", "machines"],
    why: "a rehearsal begins only while its credential is live, decided in the statement that writes it",
  },
  "lib/notifications/queries.ts": {
    tables: ["memberships"],
    why: "what somebody has not seen is counted in one statement, at every page",
  },
  "lib/sessions/commands/open-together.ts": {
    tables: ["credentials", "machines", "tenants"],
    why: "what sessions hang on is taken before them, in one order",
  },
  "lib/sessions/commands/open-session.ts": {
    tables: ["credentials", "machines", "tenants"],
    why: "a session opens only while what it hangs on stands, decided in the statement that writes it",
  },
};

/** Files that robots' requests load; they are mounted in front of Next.js. */
export const MOUNTED =
  /^lib\/http\/(?:oauth|robots)\/endpoint\.ts$|^lib\/http\/health\.ts$|^app\/(?:api\/(?:identity|orchestrator|admin|health)|identity|\.well-known)\//;

/** Violations that are accepted. It stays empty. */
export const EXCEPTIONS: readonly string[] = [];
