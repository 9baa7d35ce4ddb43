import type { Ctx, SystemActor } from "@/lib/ctx";
import type { NamedCredential } from "@/lib/notifications/schema";
import type { Stretch } from "./ending-credentials";

/** Somebody tried to buy a token with a right credential that may not be used any more. */
export type UseOfEnded = NamedCredential & {
  readonly tenantId: string;
  readonly state: "disabled" | "expired" | "deleted";
  readonly address: string | null;
  /** The day in UTC. */
  readonly on: string;
};

/** So many are told of in one look. */
const AT_ONCE = 500;

/** What was tried with credentials that have ended in this stretch of time, once a credential and day, and not what the tenant was told of. */
export async function listUsesOfEnded(
  { db }: Ctx<SystemActor>,
  { from, to }: Stretch,
): Promise<UseOfEnded[]> {
  return db.$queryRaw<UseOfEnded[]>`
    SELECT DISTINCT ON (r.tenant_id, r.credential_id, r.state, r.day)
           r.tenant_id AS "tenantId", r.credential_id AS "credentialId", c.name AS "credentialName", c.kind AS "credentialKind",
           r.machine_id AS "machineId", m.name AS "machineName", r.state, r.address, r.day AS "on"
      FROM (SELECT *, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, substr(reason, length('credential_') + 1) AS state
              FROM token_requests
             WHERE at > ${from} AND at <= ${to} AND outcome = 'Refused' AND credential_id IS NOT NULL
               AND reason IN ('credential_disabled', 'credential_expired', 'credential_deleted')) r
      JOIN credentials c ON c.tenant_id = r.tenant_id AND c.id = r.credential_id
      JOIN machines m ON m.tenant_id = r.tenant_id AND m.id = r.machine_id
     WHERE NOT EXISTS (SELECT FROM notifications n WHERE n.tenant_id = r.tenant_id AND n.kind = 'credential.used_although'
                          AND n.key = concat_ws(':', r.credential_id, r.state, r.day))
     ORDER BY r.tenant_id, r.credential_id, r.state, r.day, r.at DESC LIMIT ${AT_ONCE}`;
}
