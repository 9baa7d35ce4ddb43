import type { Ctx } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { holdMachine } from "@/lib/machines/commands/hold-machine";
import { allow } from "@/lib/permissions";
import { revokeSecret } from "@/lib/secrets/commands";
import { countLiveSecrets } from "@/lib/secrets/queries";
import type { DeleteSecretInput } from "@/lib/secrets/schema";
import { type Cut, cut } from "./cut";

/**
 * Deletes a client secret and cuts what hangs on it: its sessions end here with the jobs on them; its tokens are refused from the commit on,
 * because every request of a robot asks whether the secret stands.
 * @returns the hosts that were disconnected and how many jobs were stopped
 * @throws Refusal `conflict` at `confirmedLast` when it is the last live secret and nobody said that this is meant
 */
export async function deleteSecret(ctx: Ctx, input: DeleteSecretInput): Promise<Cut> {
  allow(ctx.actor, "secrets.delete");
  await holdMachine(ctx, input.machineId);
  await revokeSecret(ctx, input);
  if (!input.confirmedLast && (await countLiveSecrets(ctx, input.machineId)) === 0) {
    throw new Refusal(
      "conflict",
      "This is the last live client secret: without it no robot can connect as this machine. Confirm that you mean it.",
      { field: "confirmedLast" },
    );
  }
  return cut(ctx, { secretId: input.secretId }, "client secret deleted");
}
