import { ENCRYPTED_ASSETS, ENCRYPTED_MACHINE_VALUES } from "@/lib/assets/encrypted-assets";
import type { Db } from "@/lib/ctx";
import { ENCRYPTED_KEYS } from "@/lib/identity/encrypted-keys";
import { rebound } from "@/lib/keys";

/** Leaves the database as a version left it that authenticated none of its rows. */
export async function asOlderVersionStored(db: Db): Promise<void> {
  await db.credential.updateMany({ data: { mac: new Uint8Array(), macKeyId: "" } });
  for (const place of [ENCRYPTED_KEYS, ENCRYPTED_ASSETS, ENCRYPTED_MACHINE_VALUES]) {
    for (const row of await place.rowsAfter(db, null, 1_000)) {
      const ends = { from: row.boundTo, to: row.wasBoundTo ?? "" };
      const older = rebound(place.purpose, row.encrypted, ends);
      if (older) await place.replace(db, row, older);
    }
  }
}
