import { ENCRYPTED_ASSETS, ENCRYPTED_MACHINE_VALUES } from "@/lib/assets/encrypted-assets";
import { record } from "@/lib/audit/commands";
import { ENCRYPTED_RECORD_KEYS } from "@/lib/audit/record-keys";
import { AUTHENTIC_CREDENTIALS } from "@/lib/credentials/authentic-rows";
import type { Ctx, SystemActor } from "@/lib/ctx";
import { type EncryptedColumn, reencryptBatch } from "@/lib/encrypted-column";
import { ENCRYPTED_KEYS } from "@/lib/identity/encrypted-keys";
import { derivedKey, keyName, previousKey } from "@/lib/keys";
import { ENCRYPTED_SUCCESSORS } from "@/lib/rotations/encrypted-value";
import { ENCRYPTED_SECOND_FACTORS } from "@/lib/users/encrypted-second-factors";
import { ENCRYPTED_PREVIOUS_WEBHOOK_SECRETS, ENCRYPTED_WEBHOOK_SECRETS } from "@/lib/webhooks/secret";

/** Everything that is encrypted or authenticated under APP_SECRET. */
export const ENCRYPTED_COLUMNS: readonly EncryptedColumn[] = [
  ENCRYPTED_KEYS,
  ENCRYPTED_ASSETS,
  ENCRYPTED_MACHINE_VALUES,
  ENCRYPTED_SECOND_FACTORS,
  ENCRYPTED_SUCCESSORS,
  ENCRYPTED_RECORD_KEYS,
  AUTHENTIC_CREDENTIALS,
  ENCRYPTED_WEBHOOK_SECRETS,
  ENCRYPTED_PREVIOUS_WEBHOOK_SECRETS,
];

/**
 * Encrypts the next rows of a place under APP_SECRET, where they are under the previous one. A place done in such steps may be
 * left after any of them and begun again.
 * @param after the id where the step before ended; null at the beginning
 * @returns how many were encrypted anew, and where this step ended; null after the last row
 */
export async function reencryptNext(
  ctx: Ctx<SystemActor>,
  place: EncryptedColumn,
  after: string | null,
): Promise<{ count: number; lastId: string | null }> {
  const previous = previousKey(place.purpose);
  if (!previous) throw new Error("there is no previous APP_SECRET");
  const { count, lastId } = await reencryptBatch(ctx.db, place, after);
  if (count > 0) {
    const [fromKey, toKey] = [keyName(previous), keyName(derivedKey(place.purpose))];
    await record(ctx, [{ type: "app_secret.resealed", what: place.holds, count, fromKey, toKey }]);
  }
  return { count, lastId };
}
