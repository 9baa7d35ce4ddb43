import { SEALED_ASSETS, SEALED_MACHINE_VALUES } from "@/lib/assets/sealed-assets";
import type { Db } from "@/lib/ctx";
import { SEALED_KEYS } from "@/lib/identity/sealed-keys";
import { rebound } from "@/lib/keys";

/** Leaves the database as a version left it that authenticated none of its rows. */
export async function asOlderVersionStored(db: Db): Promise<void> {
  await db.credential.updateMany({ data: { mac: new Uint8Array(), macKeyId: "" } });
  for (const place of [SEALED_KEYS, SEALED_ASSETS, SEALED_MACHINE_VALUES]) {
    for (const row of await place.rowsAfter(db, null, 1_000)) {
      const ends = { from: row.boundTo, to: row.wasBoundTo ?? "" };
      const older = rebound(place.purpose, row.sealed, ends);
      if (older) await place.replace(db, row, older);
    }
  }
}
