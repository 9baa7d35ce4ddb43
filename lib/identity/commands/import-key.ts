import { calculateJwkThumbprint, type JWK } from "jose";
import type { Ctx } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { importedKey } from "@/lib/identity/imported-jwk";
import { PUBLISHED_BEFORE_SECONDS } from "@/lib/identity/rules";
import type { ImportSigningKeyInput } from "@/lib/identity/schema";
import { allowInstallation } from "@/lib/permissions";
import { addSeconds } from "@/lib/time";
import { lockSigningKeys, publishKey } from "./publish-key";
import { requireNoNextKey } from "./rotate-key";

/** A key comes in once, whatever it is called: a withdrawn one does not come back under another name. */
async function requireNew(ctx: Ctx, { kid, publicJwk }: { kid: string; publicJwk: JWK }): Promise<void> {
  const known = await ctx.db.signingKey.findMany({ select: { kid: true, publicJwk: true } });
  const refuse = (reason: string) => new Refusal("conflict", reason, { field: "jwk" });
  if (known.some((key) => key.kid === kid)) {
    throw refuse("A key with its kid is, or was, a signing key of this installation already.");
  }
  const thumbprint = await calculateJwkThumbprint(publicJwk);
  for (const key of known) {
    if ((await calculateJwkThumbprint(key.publicJwk as JWK)) === thumbprint) {
      throw refuse(`It is, or was, a signing key of this installation already, as ${key.kid}.`);
    }
  }
}

/**
 * Takes over a private key from another server, so that verifiers know the signatures and tokens of that server stay good. It
 * signs after the present key, or only verifies until tokens of the other server have died. The private half is stored
 * encrypted and never shown.
 * @returns the key's id, and from when on it signs
 * @throws Refusal `invalid` or `conflict` at `jwk` with the reason; `conflict` when another key waits to become active
 */
export async function importSigningKey(
  ctx: Ctx,
  { jwk, role }: ImportSigningKeyInput,
): Promise<{ kid: string; activatesAt: Date | null }> {
  allowInstallation(ctx.actor);
  const key = await importedKey(jwk);
  await lockSigningKeys(ctx);
  await requireNew(ctx, key);
  if (role === "next") await requireNoNextKey(ctx);
  const activatesAt = role === "next" ? addSeconds(ctx.now, PUBLISHED_BEFORE_SECONDS) : null;
  await publishKey(ctx, key, { activatesAt, isImported: true });
  return { kid: key.kid, activatesAt };
}
