import type { Ctx, PersonActor } from "@/lib/ctx";
import { addSeconds } from "@/lib/time";
import { SEEN_EVERY_SECONDS } from "@/lib/users/rules";

/** A sign-in is in use, and from where; written once a minute at most, whatever comes at once. */
export async function noteSeen(ctx: Ctx<PersonActor>, lastSeenAt: Date): Promise<void> {
  const before = addSeconds(ctx.now, -SEEN_EVERY_SECONDS);
  if (lastSeenAt > before) return;
  await ctx.db.signIn.updateMany({
    where: { id: ctx.actor.signInId, endedAt: null, lastSeenAt: { lte: before } },
    data: { lastSeenAt: ctx.now, address: ctx.actor.address },
  });
}
