import { authenticated, isAuthentic } from "@/lib/credentials/authentic";
import { noteUse, type RenewedRow } from "@/lib/credentials/last-use";
import { matchOf, pepperIds, renewedDigest } from "@/lib/credentials/material";
import type { AnonymousActor, Ctx, SharedStatement, Sql } from "@/lib/ctx";
import {
  type AuthenticatedClient,
  CONTENT,
  type CredentialWithMachine,
  clientOf,
  deleted,
  readContent,
  TABLES,
  TAMPERED,
  VERSION,
  type Why,
  whyNot,
  whyNotFrom,
} from "./credential-row";
import { each, isUnchanged, type KnownRow, knownRow, rememberRow } from "./known-rows";

export type Stands = { readonly ok: true; readonly client: AuthenticatedClient };

export type Checked = Stands | ({ readonly ok: false } & Why);

/**
 * An authentic row, or why it may not be used now; outside, all reasons are one.
 * @param renewed gives what is to be written over a secret's digest, asked for only when it may be used
 */
function checked(
  ctx: Ctx<AnonymousActor, Sql>,
  row: CredentialWithMachine,
  renewed: () => RenewedRow | null = () => null,
): Checked {
  const why = whyNot(row, ctx.now) ?? whyNotFrom(row, ctx.actor.address);
  if (why) return { ok: false, ...why };
  noteUse(ctx.db, row.credential.id, { at: ctx.now, address: ctx.actor.address, renewed: renewed() });
  return { ok: true, client: clientOf(row) };
}

/** The digest under the present APP_SECRET with the MAC over it, where the stored one is under the previous. */
function renewedRow({ credential }: CredentialWithMachine, presented: string): RenewedRow | null {
  const renewed = renewedDigest(presented, credential.pepperId);
  if (!renewed) return null;
  return { ...renewed, ...authenticated({ ...credential, ...renewed }), replacesMac: credential.mac };
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

type SecretRow = { readonly asked: string; readonly version: string; readonly content: string };
type ReadSecret = { readonly row: CredentialWithMachine; readonly version: string };

// Where nobody has the id, another credential's row is read instead and its digest compared: an unknown id takes as long as a
// wrong secret (bench/equal-answers.ts).
const SECRETS: SharedStatement<string, ReadSecret | null> = {
  name: "secrets",
  text: `SELECT q.id AS asked, ${VERSION} AS version, ${CONTENT} AS content
           FROM unnest($1::text[]) AS q(id)
          CROSS JOIN LATERAL (
                SELECT COALESCE((SELECT id FROM credentials WHERE id = q.id AND kind = 'Secret'),
                                (SELECT min(id) FROM credentials)) AS id) f
           JOIN (${TABLES}) ON c.id = f.id`,
  values: (ids) => [each(ids)],
  answers: (rows: readonly SecretRow[], ids) => {
    const found = new Map(rows.map((row) => [row.asked, row]));
    // Read anew for each who asks, as if each had asked alone.
    return ids.map((id) => {
      const row = found.get(id);
      return row ? { row: readContent(row.content), version: row.version } : null;
    });
  },
  asker: (id) => id,
};

/** A client secret as it was presented. */
export type PresentedSecret = {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Read out of the secret; null where no server can have issued it. */
  readonly secretId: string | null;
};

/**
 * What is known of a secret's row spares whoever is let in by it the reading of it, and nobody else anything: everybody who is refused
 * has taken the same steps, known or not.
 * @returns null where the row must be read
 */
async function checkKnown(
  ctx: Ctx<AnonymousActor, Sql>,
  { clientId, clientSecret }: PresentedSecret,
  known: KnownRow | null,
): Promise<Stands | null> {
  const row = known?.authentic?.row;
  const { digest, pepperId } = row?.credential ?? { digest: null, pepperId: null };
  const match = matchOf(clientSecret, digest ? { digest, pepperId: pepperId ?? "" } : null, ctx.now);
  if (match !== "digest" || !known || row?.machine.clientId !== clientId) return null;
  if (whyNot(row, ctx.now) ?? whyNotFrom(row, ctx.actor.address)) return null;
  if (!(await isUnchanged(ctx.db, row.credential.id, known))) return null;
  const stands = checked(ctx, row, () => renewedRow(row, clientSecret));
  return stands.ok ? stands : null;
}

/**
 * Client authentication by secret. The reason of a refusal is for the log only: outside, all refusals are one.
 * A value that no server can have issued is refused by its checksum before the database is asked; that takes less time
 * and tells the sender only what they can compute themselves.
 */
export async function checkSecret(
  ctx: Ctx<AnonymousActor, Sql>,
  presented: PresentedSecret,
): Promise<Checked> {
  const { clientId, clientSecret, secretId } = presented;
  if (secretId === null) {
    return { ok: false, word: "secret_malformed", reason: "not a client secret of this kind" };
  }
  const stands = await checkKnown(ctx, presented, knownRow(secretId));
  if (stands) return stands;
  const read = await ctx.db.ask(SECRETS, secretId);
  const row = read?.row;
  const { digest, pepperId } = row?.credential ?? { digest: null, pepperId: null };
  const match = matchOf(clientSecret, digest ? { digest, pepperId: pepperId ?? "" } : null, ctx.now);
  const isRight = row && isAuthentic(row.credential);
  if (row?.credential.id !== secretId) {
    return { ok: false, word: "secret_unknown", reason: "unknown secret id" };
  }
  if (!isRight) return { ok: false, ...TAMPERED };
  if (!match) return { ok: false, ...whyNoMatch(secretId, pepperId ?? "", ctx.now) };
  if (row.machine.clientId !== clientId) {
    return { ok: false, word: "secret_of_another_client", reason: "the secret is of another client" };
  }
  // Whatever else the row says by now.
  if (match === "tombstone") return { ok: false, ...deleted(row) };
  rememberRow(row, read?.version ?? "");
  return checked(ctx, row, () => renewedRow(row, clientSecret));
}

/** A public key of a client, to check a signature with before it is asked whether the key may be used. */
export type CandidateKey = {
  readonly keyId: string;
  readonly thumbprint: string | null;
  readonly algorithms: readonly string[];
  readonly publicJwk: Readonly<Record<string, unknown>>;
  /** Called when the signature was right. The reason of a refusal is for the log only. */
  accept(): Checked;
};

/** So many keys are tried where the client names none; whoever has more names one. */
const KEYS_TRIED_MAX = 20;
/** Our ids of keys, and their thumbprints. */
const MAY_NAME_A_KEY = /^[\w-]{16,64}$/;

type Wanted = { readonly clientId: string; readonly kid: string | null };
const wantedText = ({ clientId, kid }: Wanted) => `${clientId} ${kid ?? ""}`;

const KEYS: SharedStatement<Wanted, readonly CredentialWithMachine[]> = {
  name: "keys",
  text: `SELECT q.client_id || ' ' || COALESCE(q.kid, '') AS asked, k.content
           FROM unnest($1::uuid[], $2::text[]) AS q(client_id, kid)
          CROSS JOIN LATERAL (
                SELECT ${CONTENT} AS content FROM ${TABLES}
                 WHERE m.client_id = q.client_id AND c.kind = 'Key' AND c.revoked_at IS NULL
                   AND (q.kid IS NULL OR q.kid IN (c.id, c.thumbprint))
                 ORDER BY COALESCE(c.expires_at <= now(), false), c.created_at, c.id LIMIT ${KEYS_TRIED_MAX}) k`,
  values: (asked) => {
    const all = [...new Map(asked.map((one) => [wantedText(one), one])).values()];
    return [all.map(({ clientId }) => clientId), all.map(({ kid }) => kid)];
  },
  answers: (rows: readonly { asked: string; content: string }[], all) =>
    all.map((one) =>
      rows.filter(({ asked }) => asked === wantedText(one)).map(({ content }) => readContent(content)),
    ),
  asker: ({ clientId }) => clientId,
};

/**
 * @param kid the key that the client names: our id of it or its thumbprint
 * @returns the keys of a client that are not deleted, the oldest that works first, or the one that it names; none for an unknown client
 */
export async function findKeys(
  ctx: Ctx<AnonymousActor, Sql>,
  clientId: string,
  kid: string | undefined,
): Promise<readonly CandidateKey[]> {
  if (kid !== undefined && !MAY_NAME_A_KEY.test(kid)) return [];
  const rows = await ctx.db.ask(KEYS, { clientId, kid: kid ?? null });
  return rows.map((row) => ({
    keyId: row.credential.id,
    thumbprint: row.credential.thumbprint,
    algorithms: row.credential.algorithms,
    publicJwk: (row.credential.publicJwk ?? {}) as Readonly<Record<string, unknown>>,
    accept: () => (isAuthentic(row.credential) ? checked(ctx, row) : { ok: false, ...TAMPERED }),
  }));
}
