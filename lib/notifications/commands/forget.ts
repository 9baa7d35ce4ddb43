import type { Ctx, SystemActor } from "@/lib/ctx";
import { KEPT_DAYS } from "@/lib/notifications/rules";
import { addSeconds, DAY_SECONDS } from "@/lib/time";

/** So many rows at once keep no lock for long; the clock comes back. */
const FORGOTTEN_AT_ONCE = 5_000;

/** Deletes the notifications that were kept for as long as they should be, the oldest first. */
export async function forgetNotifications({ db, now }: Ctx<SystemActor>): Promise<void> {
  await db.$executeRaw`
    DELETE FROM notifications WHERE id IN (
      SELECT id FROM notifications WHERE at < ${addSeconds(now, -KEPT_DAYS * DAY_SECONDS)}
       ORDER BY at LIMIT ${FORGOTTEN_AT_ONCE} FOR UPDATE SKIP LOCKED)`;
}
