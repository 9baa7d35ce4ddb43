import type { SharedStatement, Sql } from "@/lib/ctx";
import type { Stands } from "./credential-lookup";
import { type AuthenticatedClient, TABLES, TAMPERED, VERSION, whyNot } from "./credential-row";
import { each, knownRow, rowOfVersion } from "./known-rows";

/** What a token says of where it comes from. */
export type TokenOrigin = {
  readonly credentialId: string;
  readonly tokenId: string;
  /** The key that signed it. */
  readonly kid: string;
};

type FoundToken = {
  /** Of the credential's row; null where there is none. */
  readonly version: string | null;
  readonly isTokenRevoked: boolean;
  readonly isKeyWithdrawn: boolean;
};

type TokenRow = { is: "credential" | "revoked" | "key"; id: string; version: string | null };

const TOKENS: SharedStatement<TokenOrigin, FoundToken> = {
  name: "tokens",
  text: `SELECT 'credential' AS is, c.id, ${VERSION} AS version FROM ${TABLES} WHERE c.id = ANY($1::text[])
         UNION ALL SELECT 'revoked', jti::text, NULL FROM revoked_tokens WHERE jti = ANY($2::uuid[])
         UNION ALL SELECT 'key', kid, NULL FROM signing_keys WHERE withdrawn_at IS NULL AND sealed_key <> ''`,
  values: (tokens) => [
    each(tokens.map(({ credentialId }) => credentialId)),
    tokens.map(({ tokenId }) => tokenId),
  ],
  answers: (rows: readonly TokenRow[], tokens) => {
    const found = { credential: new Map(), revoked: new Map(), key: new Map() };
    for (const { is, id, version } of rows) found[is].set(id, version);
    return tokens.map(({ credentialId, tokenId, kid }) => ({
      version: found.credential.get(credentialId) ?? null,
      isTokenRevoked: found.revoked.has(tokenId),
      isKeyWithdrawn: !found.key.has(kid),
    }));
  },
  asker: ({ credentialId }) => credentialId,
};

export type TokenStatus =
  | Stands
  | { readonly ok: false; readonly reason: string; readonly isKeyWithdrawn?: true };

/**
 * Asks whether a token still stands: it is not revoked, nor the key that signed it, the credential it was bought with, or the machine.
 * That a process knows the key says nothing: it may have been withdrawn in another one a moment ago.
 * @returns whose it is, or why not (for the log)
 */
export async function findTokenStatus(db: Sql, origin: TokenOrigin, now: Date): Promise<TokenStatus> {
  const { version, isTokenRevoked, isKeyWithdrawn } = await db.ask(TOKENS, origin);
  const known = version === null ? null : await rowOfVersion(db, origin.credentialId, version);
  if (!known) return { ok: false, reason: "the token's credential is unknown" };
  if (isKeyWithdrawn) {
    return { ok: false, reason: "the token's signing key is withdrawn", isKeyWithdrawn: true };
  }
  if (isTokenRevoked) return { ok: false, reason: "the token is revoked" };
  const { authentic } = known;
  const why = authentic ? whyNot(authentic.row, now) : TAMPERED;
  return authentic && !why
    ? { ok: true, client: authentic.client }
    : { ok: false, reason: `${(why ?? TAMPERED).reason} (${origin.credentialId})` };
}

/** A client as it was when its rows were last read, and their version. */
export type PresumedClient = { readonly client: AuthenticatedClient; readonly version: string };

/**
 * @returns the client of a credential, where its rows as they are known let it in: only for who has the database say in the same statement that
 *   they are still of this version, and that neither token nor key is withdrawn
 */
export function presumedClient(credentialId: string, now: Date): PresumedClient | null {
  const known = knownRow(credentialId);
  if (!known?.authentic || whyNot(known.authentic.row, now)) return null;
  return { client: known.authentic.client, version: known.version };
}
