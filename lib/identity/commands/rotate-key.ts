import type { Ctx } from "@/lib/ctx";
import { env } from "@/lib/env";
import { Refusal } from "@/lib/errors";
import { makeKey } from "@/lib/identity/key-material";
import { readKeyLives } from "@/lib/identity/queries";
import { nextKey, PUBLISHED_BEFORE_SECONDS } from "@/lib/identity/rules";
import { allowInstallation } from "@/lib/permissions";
import { addSeconds } from "@/lib/time";
import { lockSigningKeys, publishKey } from "./publish-key";

/** @throws Refusal `conflict` when a key is waiting to become active already */
export async function requireNoNextKey(ctx: Ctx): Promise<void> {
  const waiting = nextKey(await readKeyLives(ctx), ctx.now);
  if (!waiting) return;
  throw new Refusal(
    "conflict",
    "The next key is published already and will sign by itself soon. Withdraw it first, if another is to take its place.",
  );
}

/**
 * Rotates by hand: publishes the next key now, which signs once every verifier can have seen it.
 * @returns the key's id and from when on it signs
 * @throws Refusal `conflict` when a key is waiting to become active already
 */
export async function rotateSigningKey(ctx: Ctx): Promise<{ kid: string; activatesAt: Date }> {
  allowInstallation(ctx.actor);
  await lockSigningKeys(ctx);
  await requireNoNextKey(ctx);
  const key = await makeKey(env().signingAlgorithm);
  const activatesAt = addSeconds(ctx.now, PUBLISHED_BEFORE_SECONDS);
  await publishKey(ctx, key, { activatesAt });
  return { kid: key.kid, activatesAt };
}
