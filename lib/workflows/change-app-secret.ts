import { SEALED_SECOND_FACTORS } from "@/lib/admins/sealed-second-factors";
import { SEALED_ASSETS, SEALED_MACHINE_VALUES } from "@/lib/assets/sealed-assets";
import { record } from "@/lib/audit/commands";
import { SEALED_RECORD_KEYS } from "@/lib/audit/record-keys";
import { AUTHENTIC_CREDENTIALS } from "@/lib/credentials/authentic-rows";
import type { Ctx, SystemActor } from "@/lib/ctx";
import { SEALED_KEYS } from "@/lib/identity/sealed-keys";
import { derivedKey, keyName, previousKey } from "@/lib/keys";
import { resealBatch, type SealedPlace } from "@/lib/sealed-place";

/** Everything that is encrypted or authenticated under APP_SECRET. */
export const SEALED_PLACES: readonly SealedPlace[] = [
  SEALED_KEYS,
  SEALED_ASSETS,
  SEALED_MACHINE_VALUES,
  SEALED_SECOND_FACTORS,
  SEALED_RECORD_KEYS,
  AUTHENTIC_CREDENTIALS,
];

/**
 * Seals the next rows of a place under APP_SECRET, where they are under the previous one. A place done in such steps may be
 * left after any of them and begun again.
 * @param after the id where the step before ended; null at the beginning
 * @returns how many were sealed anew, and where this step ended; null after the last row
 */
export async function resealNext(
  ctx: Ctx<SystemActor>,
  place: SealedPlace,
  after: string | null,
): Promise<{ count: number; lastId: string | null }> {
  const previous = previousKey(place.purpose);
  if (!previous) throw new Error("there is no previous APP_SECRET");
  const { count, lastId } = await resealBatch(ctx.db, place, after);
  if (count > 0) {
    const [fromKey, toKey] = [keyName(previous), keyName(derivedKey(place.purpose))];
    await record(ctx, [{ type: "app_secret.resealed", what: place.holds, count, fromKey, toKey }]);
  }
  return { count, lastId };
}
