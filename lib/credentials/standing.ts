import type { AnonymousActor, Ctx, Sql } from "@/lib/ctx";
import { noteUse } from "./last-use";
import { matchesDigest, pepperIds, type RenewedDigest, renewedDigest, secretIdOf } from "./material";
import { CREDENTIAL_WORDS } from "./rules";
import type { ClientAuthentication, CredentialKind, CredentialRefusal } from "./schema";

/** What tokens of a machine may be, as the machine says or else its tenant. */
export type TokenPolicy = {
  /** Null is what the installation says. */
  readonly lifetimeSeconds: number | null;
  /** None is all of them. */
  readonly scopes: readonly string[];
  readonly requiresDpop: boolean;
};

/** A credential that may be used now, with the machine it belongs to. */
export type Standing = {
  readonly credentialId: string;
  readonly credentialKind: CredentialKind;
  readonly expiresAt: Date | null;
  readonly machineId: string;
  readonly machineName: string;
  readonly clientId: string;
  readonly tenantId: string;
  readonly policy: TokenPolicy;
};

export type StandingRow = {
  id: string;
  kind: CredentialKind;
  expires_at: Date | null;
  revoked_at: Date | null;
  machine_id: string;
  machine_name: string;
  client_id: string;
  tenant_id: string;
  disabled_at: Date | null;
  deleted_at: Date | null;
  client_authentication: ClientAuthentication;
  token_lifetime_seconds: number | null;
  allowed_scopes: string[];
  requires_dpop: boolean;
};

// Credential, machine and tenant in one indexed read: this decides every token request and every call of a robot, and a
// second read would halve both (DECISIONS.md, 2).
const COLUMNS = `c.id, c.kind, c.expires_at, c.revoked_at, m.id AS machine_id, m.name AS machine_name,
       m.client_id, m.tenant_id, m.disabled_at, m.deleted_at,
       COALESCE(m.client_authentication, t.client_authentication) AS client_authentication,
       COALESCE(m.token_lifetime_seconds, t.token_lifetime_seconds) AS token_lifetime_seconds,
       CASE WHEN cardinality(m.allowed_scopes) > 0 THEN m.allowed_scopes ELSE t.allowed_scopes END AS allowed_scopes,
       COALESCE(m.requires_dpop, t.requires_dpop) AS requires_dpop`;
const TABLES = `credentials c JOIN machines m ON m.id = c.machine_id AND m.tenant_id = c.tenant_id
                              JOIN tenants t ON t.id = m.tenant_id`;

// Where nobody has the id, another credential's row is read instead and its digest compared: an unknown id takes as long as a
// wrong secret (bench/equal-answers.ts).
const FIND_SECRET = {
  name: "standing_secret",
  text: `SELECT ${COLUMNS}, c.digest, c.pepper_id FROM ${TABLES}
          WHERE c.id = COALESCE((SELECT id FROM credentials WHERE id = $1 AND kind = 'Secret'),
                                (SELECT min(id) FROM credentials))`,
};

const FIND_KEYS = {
  name: "standing_keys",
  text: `SELECT ${COLUMNS}, c.public_jwk, c.algorithms, c.thumbprint FROM ${TABLES}
          WHERE m.client_id = $1 AND c.kind = 'Key' AND c.revoked_at IS NULL
          ORDER BY c.created_at, c.id`,
};

const FIND_FOR_TOKEN = {
  name: "standing_token",
  text: `SELECT ${COLUMNS}, EXISTS (SELECT FROM revoked_tokens WHERE jti = $2) AS is_token_revoked,
                NOT EXISTS (SELECT FROM signing_keys WHERE kid = $3 AND withdrawn_at IS NULL AND sealed_key <> '') AS is_key_withdrawn
           FROM ${TABLES} WHERE c.id = $1`,
};

const standingOf = (row: StandingRow): Standing => ({
  credentialId: row.id,
  credentialKind: row.kind,
  expiresAt: row.expires_at,
  machineId: row.machine_id,
  machineName: row.machine_name,
  clientId: row.client_id,
  tenantId: row.tenant_id,
  policy: {
    lifetimeSeconds: row.token_lifetime_seconds,
    scopes: row.allowed_scopes,
    requiresDpop: row.requires_dpop,
  },
});

/** The word for records, and the sentence for the log. */
type Why = { readonly word: CredentialRefusal; readonly reason: string };

function whyNot(row: StandingRow, now: Date): Why | null {
  const kind = CREDENTIAL_WORDS[row.kind];
  if (row.revoked_at) return { word: "credential_deleted", reason: `the ${kind} is deleted` };
  if (row.expires_at && row.expires_at <= now) {
    return { word: "credential_expired", reason: `the ${kind} has expired` };
  }
  if (row.deleted_at) return { word: "machine_deleted", reason: "the machine is deleted" };
  if (row.disabled_at) return { word: "machine_disabled", reason: "the machine is disabled" };
  const isAccepted = row.client_authentication === "Any" || row.client_authentication === row.kind;
  return isAccepted
    ? null
    : { word: "credential_not_accepted", reason: `the machine does not accept a ${kind}` };
}

type Stands = { readonly ok: true; readonly standing: Standing };

export type Checked = Stands | ({ readonly ok: false } & Why);

/**
 * The row, or why it may not be used now; outside, all reasons are one.
 * @param renewed gives the digest that is to be written over a secret's, asked for only when it may be used
 */
function checked(
  ctx: Ctx<AnonymousActor, Sql>,
  row: StandingRow,
  renewed: () => RenewedDigest | null = () => null,
): Checked {
  const why = whyNot(row, ctx.now);
  if (why) return { ok: false, ...why };
  noteUse(ctx.db, row.id, { at: ctx.now, address: ctx.actor.address, renewed: renewed() });
  return { ok: true, standing: standingOf(row) };
}

function whyNoMatch(secretId: string, pepperId: string, now: Date): Why {
  const { current, previous } = pepperIds(now);
  return pepperId === current || pepperId === previous
    ? { word: "secret_wrong", reason: `wrong secret for secret id ${secretId}` }
    : {
        word: "secret_outdated",
        reason: `secret id ${secretId} is stored under an APP_SECRET that is not accepted, or not any more`,
      };
}

/**
 * Client authentication by secret. The reason of a refusal is for the log only: outside, all refusals are one.
 * A value that no server can have issued is refused by its checksum before the database is asked; that takes less time
 * and tells the sender only what they can compute themselves.
 * @param presented the client id and secret as they were sent
 */
export async function checkSecret(
  ctx: Ctx<AnonymousActor, Sql>,
  presented: { readonly clientId: string; readonly clientSecret: string },
): Promise<Checked> {
  const secretId = secretIdOf(presented.clientSecret);
  if (!secretId) {
    matchesDigest(presented.clientSecret, null, ctx.now);
    return { ok: false, word: "secret_malformed", reason: "not a client secret of this kind" };
  }
  const [row] = await ctx.db.query<StandingRow & { digest: Buffer | null; pepper_id: string }>(FIND_SECRET, [
    secretId,
  ]);
  const stored = row?.digest ? { digest: row.digest, pepperId: row.pepper_id } : null;
  const isMatch = matchesDigest(presented.clientSecret, stored, ctx.now);
  if (!stored || row?.id !== secretId) {
    return { ok: false, word: "secret_unknown", reason: "unknown secret id" };
  }
  if (!isMatch) return { ok: false, ...whyNoMatch(secretId, stored.pepperId, ctx.now) };
  if (row.client_id !== presented.clientId) {
    return { ok: false, word: "secret_of_another_client", reason: "the secret is of another client" };
  }
  return checked(ctx, row, () => renewedDigest(presented.clientSecret, stored));
}

/** A public key of a client, to check a signature with before it is asked whether the key may be used. */
export type CandidateKey = {
  readonly keyId: string;
  readonly thumbprint: string;
  readonly algorithms: readonly string[];
  readonly publicJwk: Readonly<Record<string, unknown>>;
  /** Called when the signature was right. The reason of a refusal is for the log only. */
  accept(): Checked;
};

/** @returns the keys of a client that are not deleted, the oldest first; none for an unknown client */
export async function findKeys(
  ctx: Ctx<AnonymousActor, Sql>,
  clientId: string,
): Promise<readonly CandidateKey[]> {
  type Row = StandingRow & { public_jwk: Record<string, unknown>; algorithms: string[]; thumbprint: string };
  const rows = await ctx.db.query<Row>(FIND_KEYS, [clientId]);
  return rows.map((row) => ({
    keyId: row.id,
    thumbprint: row.thumbprint,
    algorithms: row.algorithms,
    publicJwk: row.public_jwk,
    accept: () => checked(ctx, row),
  }));
}

/** What a token says of where it comes from. */
export type TokenOrigin = {
  readonly credentialId: string;
  readonly tokenId: string;
  /** The key that signed it. */
  readonly kid: string;
};

/**
 * Asks whether a token still stands: it is not revoked, nor the key that signed it, the credential it was bought with, or the machine.
 * That a process knows the key says nothing: it may have been withdrawn in another one a moment ago.
 * @returns the standing, or why not (for the log)
 */
export async function findStanding(
  db: Sql,
  { credentialId, tokenId, kid }: TokenOrigin,
  now: Date,
): Promise<Stands | { ok: false; reason: string; isKeyWithdrawn?: true }> {
  type Row = StandingRow & { is_token_revoked: boolean; is_key_withdrawn: boolean };
  const [row] = await db.query<Row>(FIND_FOR_TOKEN, [credentialId, tokenId, kid]);
  if (!row) return { ok: false, reason: "the token's credential is unknown" };
  if (row.is_key_withdrawn) {
    return { ok: false, reason: "the token's signing key is withdrawn", isKeyWithdrawn: true };
  }
  if (row.is_token_revoked) return { ok: false, reason: "the token is revoked" };
  const why = whyNot(row, now);
  return why
    ? { ok: false, reason: `${why.reason} (${credentialId})` }
    : { ok: true, standing: standingOf(row) };
}
