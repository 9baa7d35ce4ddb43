import { SEALED_ASSETS, SEALED_MACHINE_VALUES } from "@/lib/assets/sealed-assets";
import { record } from "@/lib/audit/commands";
import { wasRecorded } from "@/lib/audit/queries/was-recorded";
import { authenticateCredentials } from "@/lib/credentials/commands/authenticate-credentials";
import type { Ctx, SystemActor } from "@/lib/ctx";
import { holdSigningKeys } from "@/lib/identity/commands/publish-key";
import { SEALED_KEYS } from "@/lib/identity/sealed-keys";
import { rebindAll } from "@/lib/sealed-place";

export type Authenticated = {
  readonly signingKeys: number;
  readonly credentials: number;
  readonly assetValues: number;
};

/**
 * What the first start of a version that authenticates its rows does with those of a version that did not: it takes them as they
 * are, once. That it may is proved by a signing key which such a version sealed and which nobody without APP_SECRET can make;
 * sealing it anew takes the proof away, and what was recorded forbids a second time (DECISIONS.md, 43).
 * @returns how much was taken over; null when there is nothing to do
 */
export async function authenticateStoredData(ctx: Ctx<SystemActor>): Promise<Authenticated | null> {
  await holdSigningKeys(ctx);
  if (await wasRecorded(ctx, "stored_data.authenticated")) return null;
  const signingKeys = await rebindAll(ctx.db, SEALED_KEYS);
  if (signingKeys === 0) return null;
  const credentials = await authenticateCredentials(ctx);
  const common = await rebindAll(ctx.db, SEALED_ASSETS);
  const assetValues = common + (await rebindAll(ctx.db, SEALED_MACHINE_VALUES));
  const taken = { signingKeys, credentials, assetValues };
  await record(ctx, [{ type: "stored_data.authenticated", ...taken }], null);
  return taken;
}
