import type { Ctx, SystemActor } from "@/lib/ctx";
import { bindingOf, KEY_SEALING } from "@/lib/identity/key-material";
import { rebound } from "@/lib/keys";

/**
 * Seals anew the private halves that an older version sealed, which are bound to nothing but their `kid`. The caller holds the keys.
 * @returns how many there were
 */
export async function rebindSigningKeys(ctx: Ctx<SystemActor>): Promise<number> {
  const keys = await ctx.db.signingKey.findMany({
    where: { sealedKey: { not: new Uint8Array() } },
    select: { kid: true, sealedKey: true },
  });
  let count = 0;
  for (const { kid, sealedKey } of keys) {
    const anew = rebound(KEY_SEALING, sealedKey, { from: kid, to: bindingOf(kid) });
    if (!anew) continue;
    await ctx.db.signingKey.update({ where: { kid }, data: { sealedKey: anew }, select: { kid: true } });
    count += 1;
  }
  return count;
}
