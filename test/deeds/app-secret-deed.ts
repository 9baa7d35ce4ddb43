import { ENCRYPTED_KEYS } from "@/lib/identity/encrypted-keys";
import { bindingOf } from "@/lib/identity/key-material";
import { decrypt, derivedKey, encrypt, previousKey } from "@/lib/keys";
import { reencryptNext } from "@/lib/workflows/change-app-secret";
import { systemCtx } from "@/test/world";
import type { OtherDeed } from "./job-deeds";

/** The deed of the command that changes APP_SECRET; the file that runs it gives APP_SECRET_PREVIOUS. */
export const APP_SECRET_DEED: Readonly<Record<string, OtherDeed>> = {
  reencryptNext: {
    events: ["app_secret.resealed"],
    run: async (db) => {
      const { kid, encryptedKey } = await db.signingKey.findFirstOrThrow();
      const previous = previousKey("signing-key sealing");
      if (!previous) throw new Error("APP_SECRET_PREVIOUS is not given");
      const der = decrypt(derivedKey("signing-key sealing"), encryptedKey, bindingOf(kid));
      const data = { encryptedKey: Uint8Array.from(encrypt(previous, der, bindingOf(kid))) };
      await db.signingKey.update({ where: { kid }, data });
      await reencryptNext(systemCtx(db), ENCRYPTED_KEYS, null);
    },
  },
};
