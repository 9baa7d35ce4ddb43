import { lockCredential, moveEnd } from "@/lib/credentials/commands/move-end";
import { revokeCredential } from "@/lib/credentials/commands/revoke-credential";
import { countLiveCredentials } from "@/lib/credentials/queries";
import type { Ctx, SystemActor, UserActor } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { lockMachine } from "@/lib/machines/commands/lock-machine";
import { allow } from "@/lib/permissions";
import { dropBroughtKey, type EndedRotation, endRotations } from "@/lib/rotations/commands/end-rotations";
import type { CancelRotationInput, EndRotationInput } from "@/lib/rotations/schema";
import type { EndCode } from "@/lib/sessions/schema";
import { signal } from "@/lib/signals";
import { type Cut, cut, NOTHING_CUT } from "./cut";

const isOver = () =>
  new Refusal("gone", "This rotation is over: the old one has ended. Load the page again.");

/** The credential that gives way, held for this transaction while it lives; whoever ends a rotation takes it first. */
async function lockOld(ctx: Ctx, { machineId, rotationId }: EndRotationInput): Promise<string> {
  const { tenantId } = ctx.actor;
  const rotation = await ctx.db.rotation.findFirst({
    where: { id: rotationId, machineId, tenantId },
    select: { fromCredentialId: true },
  });
  if (!rotation) throw new Refusal("not_found", "There is no such rotation.");
  if (!(await lockCredential(ctx, tenantId, rotation.fromCredentialId))) throw isOver();
  return rotation.fromCredentialId;
}

/** The old one's end as it was before the rotation, unless somebody has chosen another one since. */
export async function giveBackEnd(
  ctx: Ctx<UserActor | SystemActor>,
  tenantId: string,
  { fromCredentialId: id, machineId, latestEnd, previousEnd }: EndedRotation,
): Promise<void> {
  const given = await ctx.db.credential.count({ where: { id, tenantId, expiresAt: latestEnd } });
  if (given === 0) return;
  await moveEnd(ctx, { tenantId, credentialId: id }, previousEnd);
  await signal(ctx.db, [{ kind: "terms", tenantId, machineId }]);
}

/**
 * Ends the open rotations that one of a machine's credentials is part of, since it is withdrawn; part of the deed that does that. Where it was the
 * new one, or the last of those that hosts had brought, the old one gets back the end that it had.
 */
export async function endRotationsOf(
  ctx: Ctx<UserActor | SystemActor>,
  tenantId: string,
  credentialId: string,
): Promise<void> {
  await endRotations(ctx, tenantId, { fromCredentialId: credentialId }, "deleted");
  // The clock takes the old one before its rotation, too.
  const isNew = {
    OR: [{ toCredentialId: credentialId }, { hosts: { some: { credentialId, tenantId } } }],
  };
  const rotation = await ctx.db.rotation.findFirst({
    where: { tenantId, endedAt: null, ...isNew },
    select: { fromCredentialId: true },
  });
  if (!rotation) return;
  await lockCredential(ctx, tenantId, rotation.fromCredentialId);
  const withoutKeys = await dropBroughtKey(ctx, tenantId, credentialId);
  const which = withoutKeys === null ? { toCredentialId: credentialId } : { id: withoutKeys };
  const cancelled = await endRotations(ctx, tenantId, which, "successor_ended");
  for (const rotation of cancelled) await giveBackEnd(ctx, tenantId, rotation);
}

/** What ends by hand leaves the machine one that works. */
async function requireLive(ctx: Ctx, machineId: string, message: string): Promise<void> {
  const { tenantId } = ctx.actor;
  if ((await countLiveCredentials(ctx, { tenantId, machineId })) === 0)
    throw new Refusal("conflict", message);
}

/**
 * Cancels a rotation: the old one lives on with the end that it had before. The new one, or those that hosts have brought, are kept beside it, or
 * deleted with what hangs on them.
 * @returns the hosts that were disconnected and how many jobs were stopped
 * @throws Refusal `not_found`; `gone` when it has ended, or the old one has; `conflict` when nothing live would be left
 */
export async function cancelRotation(ctx: Ctx, input: CancelRotationInput): Promise<Cut> {
  allow(ctx.actor, "credentials.rotate");
  const { machineId, rotationId: id, deletesSuccessor } = input;
  const { tenantId } = ctx.actor;
  await lockMachine(ctx, machineId);
  await lockOld(ctx, input);
  const [rotation] = await endRotations(ctx, tenantId, { id, machineId }, "cancelled");
  if (!rotation) throw isOver();
  await giveBackEnd(ctx, tenantId, rotation);
  if (!deletesSuccessor) return NOTHING_CUT;
  const credentialIds = rotation.successorIds;
  let endCode: EndCode = "key_deleted";
  for (const credentialId of credentialIds) {
    const { kind } = await revokeCredential(ctx, { machineId, credentialId });
    if (kind === "Secret") endCode = "secret_deleted";
  }
  await requireLive(
    ctx,
    machineId,
    "The old one is disabled: without the new one no robot can connect. Enable it first, or keep the new one.",
  );
  return cut(ctx, tenantId, { credentialIds }, endCode);
}

/**
 * Ends the old one of a rotation now, whoever has not moved. From the commit on it is refused; its hosts are cut within a second, as at any end.
 * @throws Refusal `not_found`; `gone` when it has ended; `conflict` when nothing live would be left
 */
export async function endRotationNow(ctx: Ctx, input: EndRotationInput): Promise<null> {
  allow(ctx.actor, "credentials.rotate");
  const { machineId, rotationId: id } = input;
  const { tenantId } = ctx.actor;
  await lockMachine(ctx, machineId);
  const credentialId = await lockOld(ctx, input);
  const [rotation] = await endRotations(ctx, tenantId, { id, machineId }, "ended_now");
  if (!rotation) throw isOver();
  await moveEnd(ctx, { tenantId, credentialId }, ctx.now);
  await requireLive(
    ctx,
    machineId,
    "The new one is disabled: without the old one no robot can connect. Enable it first.",
  );
  return null;
}
