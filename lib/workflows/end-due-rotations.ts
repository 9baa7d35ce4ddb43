import { lockCredential, moveEnd } from "@/lib/credentials/commands/move-end";
import type { Ctx, SystemActor } from "@/lib/ctx";
import {
  type DueRotation,
  listDueRotations,
  listStuckRotations,
  type OpenRotation,
  readProgress,
} from "@/lib/fleet/queries/rotation-progress";
import { notify } from "@/lib/notifications/commands/notify";
import { NAMED_MAX } from "@/lib/notifications/schema";
import { endRotations } from "@/lib/rotations/commands/end-rotations";
import { giveBackEnd } from "./end-rotation";

const named = ({
  machineId,
  machineName,
  fromCredentialId,
  credentialName,
  credentialKind,
}: OpenRotation) => ({
  machineId,
  machineName,
  credentialId: fromCredentialId,
  credentialName,
  credentialKind,
});

/**
 * Whether every host has moved, asked again while the old one's row is held: a host that opened a session with it meanwhile is seen. Its end is
 * now, then.
 */
async function retire(
  ctx: Ctx<SystemActor>,
  { id, tenantId, fromCredentialId }: DueRotation,
): Promise<boolean> {
  if (!(await lockCredential(ctx, tenantId, fromCredentialId))) return false;
  const [still] = await listDueRotations(ctx, id);
  if (still?.code !== "moved") return false;
  return moveEnd(ctx, { tenantId, credentialId: fromCredentialId }, ctx.now);
}

async function tellFinished(ctx: Ctx<SystemActor>, rotation: DueRotation, hostsMoved: number): Promise<void> {
  const { id: rotationId, tenantId, toCredentialId: successorId } = rotation;
  const notice = {
    kind: "rotation.finished",
    ...named(rotation),
    rotationId,
    successorId,
    hostsMoved,
  } as const;
  await notify(ctx.db, { tenantId, now: ctx.now, notice });
}

/**
 * Ends the rotations that are over, in all tenants: an old one whose hosts have all moved ends now, and is refused from the commit on. Of several
 * processes that look at once, one finds each.
 */
export async function endDueRotations(ctx: Ctx<SystemActor>): Promise<void> {
  for (const rotation of await listDueRotations(ctx)) {
    const { id, tenantId, code } = rotation;
    if (code === "moved" && !(await retire(ctx, rotation))) continue;
    const { moved } = await readProgress(ctx, { tenantId, rotationId: id }, 0);
    const [ended] = await endRotations(ctx, tenantId, { id }, code);
    if (!ended) continue;
    if (code === "successor_ended") await giveBackEnd(ctx, tenantId, ended);
    else if (code === "moved" || code === "expired") await tellFinished(ctx, rotation, moved);
  }
}

/** Tells once of each rotation whose end is near while hosts have not moved, in all tenants. */
export async function tellStuckRotations(ctx: Ctx<SystemActor>): Promise<void> {
  for (const { waiting: count, hostNames, ...rotation } of await listStuckRotations(ctx, NAMED_MAX)) {
    const { id: rotationId, tenantId, toCredentialId: successorId, endsAt } = rotation;
    const latestEnd = endsAt?.toISOString() ?? null;
    const notice = {
      kind: "rotation.stuck",
      ...named(rotation),
      rotationId,
      successorId,
      latestEnd,
      count,
      hostNames,
    } as const;
    await notify(ctx.db, { tenantId, now: ctx.now, notice });
  }
}
