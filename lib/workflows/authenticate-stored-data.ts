import { ENCRYPTED_ASSETS, ENCRYPTED_MACHINE_VALUES } from "@/lib/assets/encrypted-assets";
import { record } from "@/lib/audit/commands";
import { wasRecorded } from "@/lib/audit/queries/was-recorded";
import { authenticateCredentials } from "@/lib/credentials/commands/authenticate-credentials";
import type { Ctx, SystemActor } from "@/lib/ctx";
import { rebindAll } from "@/lib/encrypted-column";
import { lockSigningKeys } from "@/lib/identity/commands/publish-key";
import { ENCRYPTED_KEYS } from "@/lib/identity/encrypted-keys";

export type Authenticated = {
  readonly signingKeys: number;
  readonly credentials: number;
  readonly assetValues: number;
};

/**
 * What the first start of a version that authenticates its rows does with those of a version that did not: it takes them as they
 * are, once. That it may is proved by a signing key which such a version encrypted and which nobody without APP_SECRET can make;
 * encrypting it anew takes the proof away, and what was recorded forbids a second time (DECISIONS.md, 43).
 * @returns how much was taken over; null when there is nothing to do
 */
export async function authenticateStoredData(ctx: Ctx<SystemActor>): Promise<Authenticated | null> {
  await lockSigningKeys(ctx);
  if (await wasRecorded(ctx, "stored_data.authenticated")) return null;
  const signingKeys = await rebindAll(ctx.db, ENCRYPTED_KEYS);
  if (signingKeys === 0) return null;
  const credentials = await authenticateCredentials(ctx);
  const common = await rebindAll(ctx.db, ENCRYPTED_ASSETS);
  const assetValues = common + (await rebindAll(ctx.db, ENCRYPTED_MACHINE_VALUES));
  const taken = { signingKeys, credentials, assetValues };
  await record(ctx, [{ type: "stored_data.authenticated", ...taken }], null);
  return taken;
}
