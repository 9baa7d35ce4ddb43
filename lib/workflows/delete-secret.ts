import type { DeleteSecretInput } from "@/lib/credentials/schema";
import type { Ctx } from "@/lib/ctx";
import { allow } from "@/lib/permissions";
import type { Cut } from "./cut";
import { withdrawCredential } from "./withdraw-credential";

/** Deletes a client secret and cuts what hangs on it; see {@link withdrawCredential}. */
export async function deleteSecret(
  ctx: Ctx,
  { machineId, secretId, confirmedLast }: DeleteSecretInput,
): Promise<Cut> {
  allow(ctx.actor, "secrets.delete");
  return withdrawCredential(ctx, { machineId, credentialId: secretId, kind: "Secret", confirmedLast });
}
