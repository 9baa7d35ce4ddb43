import type { Ctx } from "@/lib/ctx";
import type { MailProblem } from "@/lib/notifications/schema";
import { allow } from "@/lib/permissions";

type Row = Omit<MailProblem, "isWaiting"> & { readonly state: string };

/**
 * @param adminIds of members; somebody else's only for whoever manages people
 * @returns of whom the last mail about the tenant was not taken, and what the mail server said
 */
export async function listMailProblems(
  { db, actor }: Ctx,
  adminIds: readonly string[],
): Promise<MailProblem[]> {
  if (adminIds.some((id) => id !== actor.id)) allow(actor, "people.manage");
  const rows = await db.$queryRaw<Row[]>`
    SELECT d.admin_id AS "adminId", d.state::text AS state, d.last_status AS status, d.last_answer AS answer, d.last_at AS at,
           d.next_at AS "nextAt"
      FROM unnest(${[...adminIds]}::uuid[]) AS person (id)
     CROSS JOIN LATERAL (SELECT * FROM deliveries o
                          WHERE o.tenant_id = ${actor.tenantId}::uuid AND o.admin_id = person.id
                            AND (o.state = 'delivered' OR (o.last_failure IS NOT NULL AND o.last_failure <> 'not_wanted'))
                          ORDER BY o.id DESC LIMIT 1) AS d
     WHERE d.state <> 'delivered'`;
  return rows.map(({ state, ...row }) => ({ ...row, isWaiting: state === "waiting" }));
}
