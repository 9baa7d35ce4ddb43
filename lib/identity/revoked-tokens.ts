import type { Actor, Ctx, SystemActor } from "@/lib/ctx";
import { signal } from "@/lib/signals";

/** An access token as revocations know it: by its `jti`, never by its text, which may be spelt in several ways. */
export type RevokedToken = { readonly jti: string; readonly expiresAt: Date };

/**
 * Revokes access tokens: from the commit on every process refuses them, because every request asks the tables. Revoking one
 * again changes nothing.
 * @returns whether there was one that had not been revoked before
 */
export async function revokeTokens(ctx: Ctx<Actor>, tokens: readonly RevokedToken[]): Promise<boolean> {
  if (tokens.length === 0) return false;
  const { count } = await ctx.db.revokedToken.createMany({
    data: tokens.map((token) => ({ ...token, revokedAt: ctx.now })),
    skipDuplicates: true,
  });
  await signal(
    ctx.db,
    tokens.map(({ jti }) => ({ kind: "tokens", of: jti }) as const),
  );
  return count > 0;
}

/** Forgets revocations of tokens that have expired by themselves. */
export async function forgetExpiredTokens(ctx: Ctx<SystemActor>): Promise<void> {
  await ctx.db.revokedToken.deleteMany({ where: { expiresAt: { lt: ctx.now } } });
}
