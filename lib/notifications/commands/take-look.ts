import type { Db } from "@/lib/ctx";

/**
 * Takes the stretch of time since the last look, for this transaction alone: another process that looks meanwhile leaves it, and where this
 * one comes to nothing the stretch is still there for the next look. The first look of all begins at its own instant.
 * @param what is looked for
 * @param until the end of the stretch
 * @returns its beginning, which is not part of it; null where there is nothing to look at
 */
export async function takeLook(db: Db, what: string, until: Date): Promise<Date | null> {
  const [last] = await db.$queryRaw<{ until: Date }[]>`
    SELECT until FROM notification_looks WHERE what = ${what} FOR UPDATE SKIP LOCKED`;
  if (!last) {
    await db.$executeRaw`
      INSERT INTO notification_looks (what, until) VALUES (${what}, ${until}) ON CONFLICT DO NOTHING`;
    return null;
  }
  if (last.until >= until) return null;
  await db.notificationLook.update({ where: { what }, data: { until } });
  return last.until;
}
