import type { Ctx, SystemActor } from "@/lib/ctx";

/**
 * Only the oldest delivery that waits for a receiver counts: nothing overtakes it.
 * @param limit how many at the most, those that are due the longest
 * @returns the receivers for whom something is to be sent now, by nobody yet
 */
export async function listDueReceivers({ db, now }: Ctx<SystemActor>, limit: number): Promise<string[]> {
  const rows = await db.$queryRaw<{ receiverId: string }[]>`
    SELECT receiver_id AS "receiverId" FROM (
      SELECT DISTINCT ON (d.receiver_id) d.receiver_id, d.next_at, d.leased_until, w.off_since
        FROM deliveries d LEFT JOIN webhooks w ON w.id = d.webhook_id AND w.tenant_id = d.tenant_id
       WHERE d.state = 'waiting'
       ORDER BY d.receiver_id, d.id) AS oldest
     WHERE next_at <= ${now} AND (leased_until IS NULL OR leased_until <= ${now}) AND off_since IS NULL
     ORDER BY next_at LIMIT ${limit}`;
  return rows.map(({ receiverId }) => receiverId);
}
