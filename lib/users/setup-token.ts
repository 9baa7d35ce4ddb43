import { record } from "@/lib/audit/commands";
import type { Actor, Ctx } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { addSeconds } from "@/lib/time";
import { digestOf, makeLinkToken } from "./link-token";
import { SETUP_LINK_LIFETIME_SECONDS } from "./rules";

/** Makes the token of a set-up link: 256 random bits, of which only a digest is stored. */
export async function makeSetupToken(ctx: Ctx<Actor>): Promise<string> {
  const { token, digest } = makeLinkToken();
  await ctx.db.setupToken.create({ data: { digest, createdAt: ctx.now } });
  await record(ctx, [{ type: "setup_link.made" }], null);
  return token;
}

const standing = (ctx: Ctx<Actor>, token: string) => ({
  digest: digestOf(token),
  createdAt: { gt: addSeconds(ctx.now, -SETUP_LINK_LIFETIME_SECONDS) },
});

const spent = () =>
  new Refusal(
    "gone",
    "This set-up link was used already, or is older than a day. Start Latchkey again to get a new one, or sign in.",
  );

/** @throws Refusal `gone` for a set-up link that is worth nothing now */
export async function requireSetupToken(ctx: Ctx<Actor>, token: string): Promise<void> {
  if ((await ctx.db.setupToken.count({ where: standing(ctx, token) })) === 0) throw spent();
}

/**
 * Uses a set-up link up, and every other one with it.
 * @throws Refusal `gone` when it was never made, used before, or is older than a day
 */
export async function consumeSetupToken(ctx: Ctx<Actor>, token: string): Promise<void> {
  const { count } = await ctx.db.setupToken.deleteMany({ where: standing(ctx, token) });
  if (count === 0) throw spent();
  await ctx.db.setupToken.deleteMany({});
}
