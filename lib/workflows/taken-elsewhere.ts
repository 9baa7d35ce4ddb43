import { wasUsedBefore } from "@/lib/activity/queries";
import { describeCredentials } from "@/lib/credentials/queries";
import type { Ctx, RobotActor } from "@/lib/ctx";
import { notify } from "@/lib/notifications/commands/notify";

type Taking = { readonly rotationId: string; readonly startedAt: Date; readonly hostName: string };

/** Tells people, once an address, of a host that asked for its successor from one that never used the old credential before the rotation began. */
export async function tellTakenElsewhere(
  ctx: Ctx<RobotActor>,
  { rotationId, startedAt, hostName }: Taking,
): Promise<void> {
  const { id: machineId, name: machineName, tenantId, credentialId, credentialKind, address } = ctx.actor;
  if (address === null || (await wasUsedBefore(ctx, { credentialId, address, before: startedAt }))) return;
  const described = await describeCredentials(ctx, [credentialId]);
  const credentialName = described.get(credentialId)?.name ?? "";
  const old = { machineId, machineName, credentialId, credentialName, credentialKind };
  const notice = { kind: "successor.taken_elsewhere", rotationId, address, hostName, ...old } as const;
  await notify(ctx.db, { tenantId, now: ctx.now, notice });
}
