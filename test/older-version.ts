import type { Db } from "@/lib/ctx";
import { bindingOf, KEY_SEALING } from "@/lib/identity/key-material";
import { rebound } from "@/lib/keys";

/** Leaves the database as a version left it that authenticated none of its rows. */
export async function asOlderVersionStored(db: Db): Promise<void> {
  await db.credential.updateMany({ data: { mac: new Uint8Array(), macKeyId: "" } });
  for (const { kid, sealedKey } of await db.signingKey.findMany()) {
    const older = rebound(KEY_SEALING, sealedKey, { from: bindingOf(kid), to: kid });
    if (older) await db.signingKey.update({ where: { kid }, data: { sealedKey: older } });
  }
}
