import type { Ctx, PersonActor } from "@/lib/ctx";
import { isRightPassword } from "./passwords";

/** A password of whoever acts, found right a moment ago: known by the hash it was compared with. */
export type RightPassword = { readonly hash: string };

/**
 * Compares a password with the person's. That takes long, so no transaction is open; in the deed's own {@link lockPassword} asks again.
 * @returns null when it is not their password, or they have none
 */
export async function findRight(ctx: Ctx<PersonActor>, password: string): Promise<RightPassword | null> {
  const stored = await ctx.db.adminPassword.findUnique({
    where: { adminId: ctx.actor.id },
    select: { hash: true },
  });
  return (await isRightPassword(password, stored?.hash ?? null, { kind: "known", account: ctx.actor.id }))
    ? stored
    : null;
}

/**
 * Holds the person's password until the transaction ends, so that of two changes at once the second one needs the first one's password.
 * @returns whether it still is the one that was found right
 */
export async function lockPassword(ctx: Ctx<PersonActor>, { hash }: RightPassword): Promise<boolean> {
  const [stored] = await ctx.db.$queryRaw<{ hash: string }[]>`
    SELECT hash FROM admin_passwords WHERE admin_id = ${ctx.actor.id}::uuid FOR UPDATE`;
  return stored?.hash === hash;
}
