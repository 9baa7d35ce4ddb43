import { revokeCredential } from "@/lib/credentials/commands/revoke-credential";
import { countLiveCredentials } from "@/lib/credentials/queries";
import { CREDENTIAL_WORDS } from "@/lib/credentials/rules";
import type { DeleteCredentialInput } from "@/lib/credentials/schema";
import type { Ctx } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { lockMachine } from "@/lib/machines/commands/lock-machine";
import { allow } from "@/lib/permissions";
import { endRehearsalsOf } from "@/lib/rehearsals/commands";
import { type Cut, cut } from "./cut";
import { endRotationsOf } from "./end-rotation";

/**
 * Deletes a client secret or a key and cuts what hangs on it: its sessions end here with the jobs on them; its tokens are
 * refused from the commit on, because every request of a robot asks whether the credential stands.
 * @returns the hosts that were disconnected and how many jobs were stopped
 * @throws Refusal `not_found`, `gone`; `conflict` at `confirmedLast` when it is the last live credential and nobody said that this is meant
 */
export async function deleteCredential(
  ctx: Ctx,
  { machineId, credentialId, confirmedLast }: DeleteCredentialInput,
): Promise<Cut> {
  allow(ctx.actor, "credentials.delete");
  await lockMachine(ctx, machineId);
  const { kind, wasLive } = await revokeCredential(ctx, { machineId, credentialId });
  await endRotationsOf(ctx, ctx.actor.tenantId, credentialId);
  await endRehearsalsOf(ctx, [ctx.actor.tenantId], { credentialIds: [credentialId] });
  if (
    wasLive &&
    !confirmedLast &&
    (await countLiveCredentials(ctx, { tenantId: ctx.actor.tenantId, machineId })) === 0
  ) {
    throw new Refusal(
      "conflict",
      `This is the last live ${CREDENTIAL_WORDS[kind]}: without it no robot can connect as this machine. Confirm that you mean it.`,
      { field: "confirmedLast" },
    );
  }
  return cut(
    ctx,
    ctx.actor.tenantId,
    { credentialIds: [credentialId] },
    kind === "Secret" ? "secret_deleted" : "key_deleted",
  );
}
