import type { AnonymousActor, Ctx, Sql } from "@/lib/ctx";
import { authenticated, isAuthentic, isKnownAuthentic } from "./authentic";
import { noteUse, type RenewedRow } from "./last-use";
import { matchOf, pepperIds, renewedDigest, secretIdOf } from "./material";
import { CREDENTIAL_WORDS } from "./rules";
import type { CredentialKind, CredentialRefusal } from "./schema";
import { credentialRow, FIND_FOR_TOKEN, FIND_KEYS, FIND_SECRET, type StandingRow } from "./standing-row";

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

const TAMPERED: Why = {
  word: "credential_tampered",
  reason: "its row is not as Latchkey wrote it, or was written under an APP_SECRET that is not accepted",
};

const deleted = ({ kind }: StandingRow): Why => ({
  word: "credential_deleted",
  reason: `the ${CREDENTIAL_WORDS[kind]} is deleted`,
});

/** @param row one whose MAC was found right */
function whyNot(row: StandingRow, now: Date): Why | null {
  const kind = CREDENTIAL_WORDS[row.kind];
  if (row.revoked_at) return deleted(row);
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
 * An authentic row, or why it may not be used now; outside, all reasons are one.
 * @param renewed gives what is to be written over a secret's digest, asked for only when it may be used
 */
function checked(
  ctx: Ctx<AnonymousActor, Sql>,
  row: StandingRow,
  renewed: () => RenewedRow | null = () => null,
): Checked {
  const why = whyNot(row, ctx.now);
  if (why) return { ok: false, ...why };
  noteUse(ctx.db, row.id, { at: ctx.now, address: ctx.actor.address, renewed: renewed() });
  return { ok: true, standing: standingOf(row) };
}

/** The digest under the present APP_SECRET with the MAC over it, where the stored one is under the previous. */
function renewedRow(row: StandingRow, presented: string): RenewedRow | null {
  const renewed = renewedDigest(presented, row.pepper_id);
  if (!renewed) return null;
  return { ...renewed, ...authenticated({ ...credentialRow(row), ...renewed }), replacesMac: row.mac };
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
    matchOf(presented.clientSecret, null, ctx.now);
    return { ok: false, word: "secret_malformed", reason: "not a client secret of this kind" };
  }
  const [row] = await ctx.db.query<StandingRow>(FIND_SECRET, [secretId]);
  const pepperId = row?.pepper_id ?? "";
  const match = matchOf(
    presented.clientSecret,
    row?.digest ? { digest: row.digest, pepperId } : null,
    ctx.now,
  );
  const isRight = row && isAuthentic(credentialRow(row));
  if (row?.id !== secretId) return { ok: false, word: "secret_unknown", reason: "unknown secret id" };
  if (!isRight) return { ok: false, ...TAMPERED };
  if (!match) return { ok: false, ...whyNoMatch(secretId, pepperId, ctx.now) };
  if (row.client_id !== presented.clientId) {
    return { ok: false, word: "secret_of_another_client", reason: "the secret is of another client" };
  }
  // Whatever else the row says by now.
  if (match === "tombstone") return { ok: false, ...deleted(row) };
  return checked(ctx, row, () => renewedRow(row, presented.clientSecret));
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
  type Row = StandingRow & { thumbprint: string };
  const rows = await ctx.db.query<Row>(FIND_KEYS, [clientId]);
  return rows.map((row) => ({
    keyId: row.id,
    thumbprint: row.thumbprint,
    algorithms: row.algorithms,
    publicJwk: row.public_jwk ?? {},
    accept: () => (isAuthentic(credentialRow(row)) ? checked(ctx, row) : { ok: false, ...TAMPERED }),
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
  const why = isKnownAuthentic(credentialRow(row)) ? whyNot(row, now) : TAMPERED;
  return why
    ? { ok: false, reason: `${why.reason} (${credentialId})` }
    : { ok: true, standing: standingOf(row) };
}
