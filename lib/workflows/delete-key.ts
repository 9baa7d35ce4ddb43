import type { DeleteKeyInput } from "@/lib/credentials/schema";
import type { Ctx } from "@/lib/ctx";
import { allow } from "@/lib/permissions";
import type { Cut } from "./cut";
import { withdrawCredential } from "./withdraw-credential";

/** Deletes a public key and cuts what hangs on it; see {@link withdrawCredential}. */
export async function deleteKey(ctx: Ctx, { machineId, keyId, confirmedLast }: DeleteKeyInput): Promise<Cut> {
  allow(ctx.actor, "keys.delete");
  return withdrawCredential(ctx, { machineId, credentialId: keyId, kind: "Key", confirmedLast });
}
