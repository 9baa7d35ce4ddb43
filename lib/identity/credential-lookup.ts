import { authenticated, isAuthentic } from "@/lib/credentials/authentic";
import { noteUse, type RenewedRow } from "@/lib/credentials/last-use";
import { matchOf, pepperIds, renewedDigest } from "@/lib/credentials/material";
import type { CredentialKind } from "@/lib/credentials/schema";
import type { AnonymousActor, Ctx, SharedStatement, Sql } from "@/lib/ctx";
import {
  CONTENT,
  type CredentialWithMachine,
  deleted,
  readContent,
  TABLES,
  TAMPERED,
  type TokenPolicy,
  type Why,
  whyNot,
} from "./credential-row";

/** A client whose credential may be used now. */
export type AuthenticatedClient = {
  readonly credentialId: string;
  readonly credentialKind: CredentialKind;
  readonly expiresAt: Date | null;
  readonly machineId: string;
  readonly machineName: string;
  readonly clientId: string;
  readonly tenantId: string;
  readonly policy: TokenPolicy;
  /** What it may know of itself. */
  readonly machine: CredentialWithMachine["machine"];
  readonly tenant: CredentialWithMachine["tenant"];
};

/** @returns the client that a row is of */
export const clientOf = ({
  credential,
  machine,
  tenant,
  policy,
}: CredentialWithMachine): AuthenticatedClient => ({
  credentialId: credential.id,
  credentialKind: credential.kind,
  expiresAt: credential.expiresAt,
  machineId: machine.id,
  machineName: machine.name,
  clientId: machine.clientId,
  tenantId: tenant.id,
  policy,
  machine,
  tenant,
});

/** @returns what a client may know of itself */
export function describeClient({ machine, tenant, credentialId, credentialKind }: AuthenticatedClient) {
  const { slug, name } = tenant;
  return { machine, tenant: { slug, name }, credential: { id: credentialId, kind: credentialKind } };
}

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
  const why = whyNot(row, ctx.now);
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

export const each = <T>(values: readonly T[]) => [...new Set(values)];

// Where nobody has the id, another credential's row is read instead and its digest compared: an unknown id takes as long as a
// wrong secret (bench/equal-answers.ts).
const SECRETS: SharedStatement<string, CredentialWithMachine | null> = {
  name: "secrets",
  text: `SELECT q.id AS asked, ${CONTENT} AS content
           FROM unnest($1::text[]) AS q(id)
          CROSS JOIN LATERAL (
                SELECT COALESCE((SELECT id FROM credentials WHERE id = q.id AND kind = 'Secret'),
                                (SELECT min(id) FROM credentials)) AS id) f
           JOIN (${TABLES}) ON c.id = f.id`,
  values: (ids) => [each(ids)],
  answers: (rows: readonly { asked: string; content: string }[], ids) => {
    const contents = new Map(rows.map(({ asked, content }) => [asked, content]));
    // Read anew for each who asks, as if each had asked alone.
    return ids.map((id) => readOrNull(contents.get(id)));
  },
  asker: (id) => id,
};

const readOrNull = (content: string | undefined) => (content === undefined ? null : readContent(content));

/** A client secret as it was presented. */
export type PresentedSecret = {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Read out of the secret; null where no server can have issued it. */
  readonly secretId: string | null;
};

/**
 * Client authentication by secret. The reason of a refusal is for the log only: outside, all refusals are one.
 * A value that no server can have issued is refused by its checksum before the database is asked; that takes less time
 * and tells the sender only what they can compute themselves.
 */
export async function checkSecret(
  ctx: Ctx<AnonymousActor, Sql>,
  { clientId, clientSecret, secretId }: PresentedSecret,
): Promise<Checked> {
  if (secretId === null) {
    return { ok: false, word: "secret_malformed", reason: "not a client secret of this kind" };
  }
  const row = await ctx.db.ask(SECRETS, secretId);
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

const KEYS: SharedStatement<string, readonly CredentialWithMachine[]> = {
  name: "keys",
  text: `SELECT m.client_id::text AS asked, ${CONTENT} AS content FROM ${TABLES}
          WHERE m.client_id = ANY($1::uuid[]) AND c.kind = 'Key' AND c.revoked_at IS NULL
          ORDER BY c.created_at, c.id`,
  values: (clientIds) => [each(clientIds)],
  answers: (rows: readonly { asked: string; content: string }[], clientIds) =>
    clientIds.map((id) =>
      rows.filter(({ asked }) => asked === id).map(({ content }) => readContent(content)),
    ),
  asker: (clientId) => clientId,
};

/** @returns the keys of a client that are not deleted, the oldest first; none for an unknown client */
export async function findKeys(
  ctx: Ctx<AnonymousActor, Sql>,
  clientId: string,
): Promise<readonly CandidateKey[]> {
  const rows = await ctx.db.ask(KEYS, clientId);
  return rows.map((row) => ({
    keyId: row.credential.id,
    thumbprint: row.credential.thumbprint,
    algorithms: row.credential.algorithms,
    publicJwk: (row.credential.publicJwk ?? {}) as Readonly<Record<string, unknown>>,
    accept: () => (isAuthentic(row.credential) ? checked(ctx, row) : { ok: false, ...TAMPERED }),
  }));
}
