import { bindingOf } from "@/lib/identity/key-material";
import { SEALED_KEYS } from "@/lib/identity/sealed-keys";
import { derivedKey, previousKey, seal, unseal } from "@/lib/keys";
import { resealNext } from "@/lib/workflows/change-app-secret";
import { systemCtx } from "@/test/world";
import type { OtherDeed } from "./job-deeds";

/** The deed of the command that changes APP_SECRET; the file that runs it gives APP_SECRET_PREVIOUS. */
export const APP_SECRET_DEED: Readonly<Record<string, OtherDeed>> = {
  resealNext: {
    events: ["app_secret.resealed"],
    run: async (db) => {
      const { kid, sealedKey } = await db.signingKey.findFirstOrThrow();
      const previous = previousKey("signing-key sealing");
      if (!previous) throw new Error("APP_SECRET_PREVIOUS is not given");
      const der = unseal(derivedKey("signing-key sealing"), sealedKey, bindingOf(kid));
      const data = { sealedKey: Uint8Array.from(seal(previous, der, bindingOf(kid))) };
      await db.signingKey.update({ where: { kid }, data });
      await resealNext(systemCtx(db), SEALED_KEYS, null);
    },
  },
};
