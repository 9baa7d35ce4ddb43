import type { Actor, Ctx } from "@/lib/ctx";

/**
 * Ends all sign-ins of a person, in the transaction of the deed that is the reason.
 * @param except the sign-in that goes on
 */
export async function endSignInsOf(ctx: Ctx<Actor>, adminId: string, except?: string): Promise<void> {
  await ctx.db.signIn.updateMany({
    where: { adminId, endedAt: null, ...(except && { id: { not: except } }) },
    data: { endedAt: ctx.now },
  });
}
