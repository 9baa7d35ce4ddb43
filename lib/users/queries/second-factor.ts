import type { Ctx, Db, PersonActor } from "@/lib/ctx";
import type { SecondFactorView } from "@/lib/users/schema";

/** @returns whether every sign-in of this person asks for a code */
export async function hasSecondFactor(db: Db, adminId: string): Promise<boolean> {
  const factor = await db.secondFactor.findUnique({ where: { adminId }, select: { confirmedAt: true } });
  return factor?.confirmedAt != null;
}

/** @returns how the person's own second factor stands; null when there is none */
export async function readSecondFactor(ctx: Ctx<PersonActor>): Promise<SecondFactorView | null> {
  const adminId = ctx.actor.id;
  const factor = await ctx.db.secondFactor.findUnique({ where: { adminId }, select: { confirmedAt: true } });
  if (!factor?.confirmedAt) return null;
  const recoveryCodesLeft = await ctx.db.recoveryCode.count({ where: { adminId } });
  return { since: factor.confirmedAt, recoveryCodesLeft };
}
