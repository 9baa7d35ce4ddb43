import { createHash } from "node:crypto";
import type { Ctx, Sql, SystemActor } from "@/lib/ctx";

/** What a `jti` was sent in; the same one in two kinds is two. */
export type JtiKind = "client assertion" | "DPoP proof";

const SPEND = {
  name: "jti_spend",
  text: `INSERT INTO spent_jtis (digest, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING 1`,
};

/**
 * Uses a `jti` up, for all processes: the insert itself decides who was first. Only called when the signature was right, so
 * that nobody spends another's.
 * @param owner whose `jti` it is: a client id, a key's thumbprint
 * @param expiresAt until when it must be remembered: what carries it is refused by its time afterwards
 * @returns false when it was used before
 */
export async function spendJti(
  db: Sql,
  { kind, owner, jti }: { readonly kind: JtiKind; readonly owner: string; readonly jti: string },
  expiresAt: Date,
): Promise<boolean> {
  const digest = createHash("sha256")
    .update(JSON.stringify([kind, owner, jti]))
    .digest();
  return (await db.query(SPEND, [digest, expiresAt])).length > 0;
}

/** Forgets what can be refused by its time. */
export async function forgetSpentJtis(ctx: Ctx<SystemActor>): Promise<void> {
  await ctx.db.spentJti.deleteMany({ where: { expiresAt: { lt: ctx.now } } });
}
