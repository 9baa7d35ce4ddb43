import { record } from "@/lib/audit/commands";
import type { Ctx } from "@/lib/ctx";
import { env } from "@/lib/env";
import { Refusal } from "@/lib/errors";
import { makeKey } from "@/lib/identity/key-material";
import { askWithdrawal, readKeyLives } from "@/lib/identity/queries";
import { nextKey } from "@/lib/identity/rules";
import type { WithdrawnKey, WithdrawSigningKeyInput } from "@/lib/identity/schema";
import { notify } from "@/lib/notifications/commands/notify";
import { allowInstallation } from "@/lib/permissions";
import { signal } from "@/lib/signals";
import { lockSigningKeys, publishKey } from "./publish-key";

/**
 * Withdraws a key, such as one that has leaked: from the commit on no process publishes it or takes a token it signed. When it
 * was the one that signs, the next key takes its place at once, or a new one is made. A verifier that has not seen that one
 * fetches the JWK set again when it meets the unknown `kid`; robots whose tokens are refused buy new ones.
 * @returns how many live tokens were cut
 * @throws Refusal `not_found`; `gone` when somebody was first; `conflict` at `confirmedActive` when it signs at this moment
 *   and nobody said that this is meant
 */
export async function withdrawSigningKey(
  ctx: Ctx,
  { kid, confirmedActive }: WithdrawSigningKeyInput,
): Promise<WithdrawnKey> {
  allowInstallation(ctx.actor);
  await lockSigningKeys(ctx);
  const { isActive, liveTokens } = await askWithdrawal(ctx, { kid });
  if (isActive && !confirmedActive) {
    throw new Refusal("conflict", "This key signs at this moment. Confirm that you mean it.", {
      field: "confirmedActive",
    });
  }
  const { count } = await ctx.db.signingKey.updateMany({
    where: { kid, withdrawnAt: null },
    // Without its private half no later hand in the row makes it good again.
    data: { withdrawnAt: ctx.now, encryptedKey: new Uint8Array() },
  });
  if (count === 0) throw new Refusal("gone", "This signing key is withdrawn already.");
  await record(ctx, [{ type: "signing_key.withdrawn", kid, liveTokens }], null);
  const notice = { kind: "signing_key.withdrawn", kid, liveTokens, by: ctx.actor.name } as const;
  await notify(ctx.db, { tenantId: null, now: ctx.now, notice });
  await signal(ctx.db, [{ kind: "keys" }, { kind: "tokens", of: kid }]);
  return { kid, liveTokens, newActiveKid: isActive ? await succeed(ctx) : null };
}

/** Has another key sign at once. @returns which */
async function succeed(ctx: Ctx): Promise<string> {
  const next = nextKey(await readKeyLives(ctx), ctx.now);
  if (next) {
    // It is published already, so verifiers may know it.
    await ctx.db.signingKey.updateMany({ where: { kid: next.kid }, data: { activatesAt: ctx.now } });
    await record(ctx, [{ type: "signing_key.activated", kid: next.kid }], null);
    return next.kid;
  }
  const key = await makeKey(env().signingAlgorithm);
  await publishKey(ctx, key, { activatesAt: ctx.now });
  return key.kid;
}
