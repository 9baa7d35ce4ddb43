import { wasUsedBefore } from "@/lib/activity/queries";
import { record } from "@/lib/audit/commands";
import { describeCredentials } from "@/lib/credentials/queries";
import type { Ctx, RobotActor } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { notify } from "@/lib/notifications/commands/notify";
import { pickUp } from "@/lib/rotations/commands/pick-up";
import type { HandedOver } from "@/lib/rotations/schema";
import { requireOpenSession } from "@/lib/sessions/queries";
import { numericDate } from "@/lib/time";

/**
 * Hands a robot the client secret that takes the place of the one it came with, as often as it may ask: an answer can be lost on its way.
 * Whoever has the old secret could become this machine anyway; a host that nobody knew before gets nothing, and an address that is new to the
 * old secret is told to people.
 * @throws Refusal `not_found` (`no_successor`, `session_not_found`), `gone`, `conflict` (`other_credential`, `key_not_handed_over`), `forbidden`
 *   (`host_unknown`), `too_many`
 */
export async function handOver(
  ctx: Ctx<RobotActor>,
  { sessionId }: { readonly sessionId: string },
): Promise<HandedOver> {
  const {
    id: machineId,
    name: machineName,
    tenantId,
    credentialId: oldId,
    credentialKind,
    address,
  } = ctx.actor;
  if (credentialKind === "Key") {
    throw new Refusal(
      "conflict",
      "Of a key nothing is handed over: its private half is the host\u2019s alone. Make a new pair, and add its public half to the machine.",
      { problem: "key_not_handed_over" },
    );
  }
  const { hostName, hostKey } = await requireOpenSession(ctx, { sessionId });
  const { rotationId, startedAt, credentialId, value } = await pickUp(ctx, hostKey);
  const described = await describeCredentials(ctx, [oldId, credentialId]);
  await record(ctx, [
    { type: "successor.picked_up", machineId, credentialId, rotationId, sessionId, hostName },
  ]);
  if (address !== null && !(await wasUsedBefore(ctx, { credentialId: oldId, address, before: startedAt }))) {
    const credentialName = described.get(oldId)?.name ?? "";
    const old = { machineId, machineName, credentialId: oldId, credentialName, credentialKind };
    const notice = { kind: "successor.taken_elsewhere", rotationId, address, hostName, ...old } as const;
    await notify(ctx.db, { tenantId, now: ctx.now, notice });
  }
  const expiresAt = described.get(credentialId)?.expiresAt ?? null;
  return {
    client_id: ctx.actor.clientId,
    client_secret: value,
    client_secret_expires_at: expiresAt === null ? 0 : numericDate(expiresAt),
  };
}
