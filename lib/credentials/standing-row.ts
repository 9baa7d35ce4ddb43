import type { CredentialRow } from "./authentic";
import type { ClientAuthentication, CredentialKind } from "./schema";

/** A credential with its machine and what the tenant says, as the statements below read it. */
export type StandingRow = {
  id: string;
  kind: CredentialKind;
  digest: Buffer | null;
  pepper_id: string | null;
  public_jwk: Record<string, unknown> | null;
  algorithms: string[];
  expires_at: Date | null;
  expiry_cut_at: Date | null;
  revoked_at: Date | null;
  mac: Buffer;
  mac_key_id: string;
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
const COLUMNS = `c.id, c.kind, c.digest, c.pepper_id, c.public_jwk, c.algorithms, c.expires_at, c.expiry_cut_at, c.revoked_at,
       c.mac, c.mac_key_id, m.id AS machine_id, m.name AS machine_name,
       m.client_id, m.tenant_id, m.disabled_at, m.deleted_at,
       COALESCE(m.client_authentication, t.client_authentication) AS client_authentication,
       COALESCE(m.token_lifetime_seconds, t.token_lifetime_seconds) AS token_lifetime_seconds,
       CASE WHEN cardinality(m.allowed_scopes) > 0 THEN m.allowed_scopes ELSE t.allowed_scopes END AS allowed_scopes,
       COALESCE(m.requires_dpop, t.requires_dpop) AS requires_dpop`;
const TABLES = `credentials c JOIN machines m ON m.id = c.machine_id AND m.tenant_id = c.tenant_id
                              JOIN tenants t ON t.id = m.tenant_id`;

// Where nobody has the id, another credential's row is read instead and its digest compared: an unknown id takes as long as a
// wrong secret (bench/equal-answers.ts).
export const FIND_SECRET = {
  name: "standing_secret",
  text: `SELECT ${COLUMNS} FROM ${TABLES}
          WHERE c.id = COALESCE((SELECT id FROM credentials WHERE id = $1 AND kind = 'Secret'),
                                (SELECT min(id) FROM credentials))`,
};

export const FIND_KEYS = {
  name: "standing_keys",
  text: `SELECT ${COLUMNS}, c.thumbprint FROM ${TABLES}
          WHERE m.client_id = $1 AND c.kind = 'Key' AND c.revoked_at IS NULL
          ORDER BY c.created_at, c.id`,
};

export const FIND_FOR_TOKEN = {
  name: "standing_token",
  text: `SELECT ${COLUMNS}, EXISTS (SELECT FROM revoked_tokens WHERE jti = $2) AS is_token_revoked,
                NOT EXISTS (SELECT FROM signing_keys WHERE kid = $3 AND withdrawn_at IS NULL AND sealed_key <> '') AS is_key_withdrawn
           FROM ${TABLES} WHERE c.id = $1`,
};

/** @returns what of the row its MAC is over, and the MAC */
export const credentialRow = (row: StandingRow): CredentialRow => ({
  id: row.id,
  tenantId: row.tenant_id,
  machineId: row.machine_id,
  kind: row.kind,
  digest: row.digest,
  pepperId: row.pepper_id,
  publicJwk: row.public_jwk,
  algorithms: row.algorithms,
  expiresAt: row.expires_at,
  expiryCutAt: row.expiry_cut_at,
  revokedAt: row.revoked_at,
  mac: row.mac,
  macKeyId: row.mac_key_id,
});
