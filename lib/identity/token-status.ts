import { LRUCache } from "lru-cache";
import { isAuthentic } from "@/lib/credentials/authentic";
import type { SharedStatement, Sql } from "@/lib/ctx";
import { type AuthenticatedClient, clientOf, each, type Stands } from "./credential-lookup";
import {
  CONTENT,
  type CredentialWithMachine,
  readContent,
  TABLES,
  TAMPERED,
  VERSION,
  whyNot,
} from "./credential-row";

/** What a token says of where it comes from. */
export type TokenOrigin = {
  readonly credentialId: string;
  readonly tokenId: string;
  /** The key that signed it. */
  readonly kid: string;
};

/** A row as it was when it was last read, under its version; the database says each time whether that is still the version. */
type KnownRow = {
  readonly version: string;
  /** Null where its MAC is wrong. */
  readonly authentic: { readonly row: CredentialWithMachine; readonly client: AuthenticatedClient } | null;
};

/** Some fifteen megabytes. Robots ask for the same credential again and again, and reading it costs more than asking whether it changed. */
const knownRows = new LRUCache<string, KnownRow>({ max: 10_000 });

type FoundToken = {
  readonly known: KnownRow | null;
  readonly isTokenRevoked: boolean;
  readonly isKeyWithdrawn: boolean;
};

type TokenRow = { is: string; id: string; version: string | null; content: string | null };

const TOKENS: SharedStatement<TokenOrigin, FoundToken> = {
  name: "tokens",
  text: `SELECT 'credential' AS is, c.id, v.version, CASE WHEN v.version = q.known THEN NULL ELSE ${CONTENT} END AS content
           FROM unnest($1::text[], $2::text[]) AS q(id, known)
           JOIN (${TABLES}) ON c.id = q.id CROSS JOIN LATERAL (SELECT ${VERSION} AS version) v
         UNION ALL SELECT 'revoked', jti::text, NULL, NULL FROM revoked_tokens WHERE jti = ANY($3::uuid[])
         UNION ALL SELECT 'key', kid, NULL, NULL FROM signing_keys WHERE withdrawn_at IS NULL AND sealed_key <> ''`,
  values: (tokens) => {
    const ids = each(tokens.map(({ credentialId }) => credentialId));
    return [ids, ids.map((id) => knownRows.get(id)?.version ?? ""), tokens.map(({ tokenId }) => tokenId)];
  },
  answers: (rows: readonly TokenRow[], tokens) => {
    const found = new Map<string, KnownRow>();
    const revoked = new Set<string>();
    const keys = new Set<string>();
    for (const row of rows) {
      if (row.is === "credential") {
        found.set(row.id, knownOf(row));
      } else (row.is === "key" ? keys : revoked).add(row.id);
    }
    return tokens.map(({ credentialId, tokenId, kid }) => ({
      known: found.get(credentialId) ?? null,
      isTokenRevoked: revoked.has(tokenId),
      isKeyWithdrawn: !keys.has(kid),
    }));
  },
  asker: ({ credentialId }) => credentialId,
};

/** @returns what is known by now of a credential whose version the database named, with the row where it has changed */
function knownOf({ id, version, content }: TokenRow): KnownRow {
  if (version === null || content === null) {
    const known = knownRows.get(id);
    // Asked for anew, one by one (lib/together.ts).
    if (!known) throw new Error("a row that was known is forgotten");
    return known;
  }
  const row = readContent(content);
  const known = { version, authentic: isAuthentic(row.credential) ? { row, client: clientOf(row) } : null };
  knownRows.set(id, known);
  return known;
}

export type TokenStatus =
  | Stands
  | { readonly ok: false; readonly reason: string; readonly isKeyWithdrawn?: true };

/**
 * Asks whether a token still stands: it is not revoked, nor the key that signed it, the credential it was bought with, or the machine.
 * That a process knows the key says nothing: it may have been withdrawn in another one a moment ago.
 * @returns whose it is, or why not (for the log)
 */
export async function findTokenStatus(db: Sql, origin: TokenOrigin, now: Date): Promise<TokenStatus> {
  const { known, isTokenRevoked, isKeyWithdrawn } = await db.ask(TOKENS, origin);
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
  const known = knownRows.get(credentialId);
  if (!known?.authentic || whyNot(known.authentic.row, now)) return null;
  return { client: known.authentic.client, version: known.version };
}
