import type { Actor, Ctx } from "@/lib/ctx";

/**
 * Holds a person's account until this transaction ends: what opens it and where it opens to change one after the other, so that nobody
 * is given a way in while it comes to lead further.
 */
export async function lockAccount(ctx: Ctx<Actor>, adminId: string): Promise<void> {
  await ctx.db.$executeRaw`SELECT 1 FROM admins WHERE id = ${adminId}::uuid FOR NO KEY UPDATE`;
}
