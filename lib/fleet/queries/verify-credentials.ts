import type { Finding } from "@/lib/audit/schema";
import { type CredentialRow, isAuthentic } from "@/lib/credentials/authentic";
import type { Actor, Ctx, Sql } from "@/lib/ctx";

const ROWS_AT_ONCE = 1_000;

// Rows and what the record says of them in one statement: neither is older than the other.
const ROWS = {
  name: "verify_credentials",
  text: `SELECT c.id, c.tenant_id AS "tenantId", c.machine_id AS "machineId", c.kind, c.digest, c.pepper_id AS "pepperId",
                c.public_jwk AS "publicJwk", c.algorithms, c.expires_at AS "expiresAt", c.expiry_cut_at AS "expiryCutAt",
                c.revoked_at AS "revokedAt", c.disabled_at AS "disabledAt", c.allowed_addresses AS "allowedAddresses",
                c.purchases_max AS "purchasesMax", c.mac, c.mac_key_id AS "macKeyId",
                EXISTS (SELECT FROM audit_events e WHERE e.tenant_id = c.tenant_id AND e.credential_id = c.id
                         AND e.type IN ('secret.issued', 'key.added')) AS "isIssued",
                EXISTS (SELECT FROM audit_events e WHERE e.tenant_id = c.tenant_id AND e.credential_id = c.id
                         AND e.type IN ('credential.deleted', 'secret.deleted', 'key.deleted')) AS "isDeleted"
           FROM credentials c WHERE c.tenant_id = $1 AND c.id > $2 ORDER BY c.id LIMIT ${ROWS_AT_ONCE}`,
};

const WITHDRAWN = {
  name: "verify_withdrawn_keys",
  text: `SELECT kid FROM signing_keys k
          WHERE (withdrawn_at IS NULL OR sealed_key <> '')
            AND EXISTS (SELECT FROM audit_events e WHERE e.tenant_id IS NULL AND e.type = 'signing_key.withdrawn'
                         AND e.details->>'kid' = k.kid)
          ORDER BY kid`,
};

type Row = CredentialRow & { isIssued: boolean; isDeleted: boolean };

function problemOf(row: Row): Finding["kind"] | null {
  if (!isAuthentic(row)) return "credential not written by Latchkey";
  if (row.revokedAt) return null;
  if (row.isDeleted) return "credential deleted in the record";
  return row.isIssued ? null : "credential not in the record";
}

const finding = (kind: Finding["kind"], subjectId: string): Finding => ({
  kind,
  sequence: null,
  eventId: null,
  event: null,
  subjectId,
});

/** @returns the credentials of a tenant whose row is not as Latchkey wrote it, or lives although the record says otherwise */
export async function verifyCredentials(
  ctx: Ctx<Actor, Sql>,
  { tenantId }: { readonly tenantId: string },
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (let last = ""; ; ) {
    const rows = await ctx.db.query<Row>(ROWS, [tenantId, last]);
    for (const row of rows) {
      const kind = problemOf(row);
      if (kind) findings.push(finding(kind, row.id));
    }
    const end = rows.at(-1);
    if (!end || rows.length < ROWS_AT_ONCE) return findings;
    last = end.id;
  }
}

/** @returns the signing keys that the record says are withdrawn and that are not */
export async function verifySigningKeys(ctx: Ctx<Actor, Sql>): Promise<Finding[]> {
  const rows = await ctx.db.query<{ kid: string }>(WITHDRAWN, []);
  return rows.map(({ kid }) => finding("signing key withdrawn in the record", kid));
}
