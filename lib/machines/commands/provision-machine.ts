import { randomUUID } from "node:crypto";
import { record } from "@/lib/audit/commands";
import { issueSecret } from "@/lib/credentials/commands/issue-secret";
import type { IssuedSecret } from "@/lib/credentials/schema";
import type { Ctx } from "@/lib/ctx";
import { lockLimits } from "@/lib/limits/commands";
import { OF_ROBOTS } from "@/lib/machines/queries";
import { refuseTakenName, refuseTooManyMachines } from "@/lib/machines/refusals";
import { nameKey } from "@/lib/machines/rules";
import type { ProvisionMachineInput } from "@/lib/machines/schema";
import { allow, personIdOf } from "@/lib/permissions";

/**
 * Creates a machine with its first secret, or neither.
 * @returns the machine's id and the secret with its value, which nothing can return again
 * @throws Refusal `conflict` at `name` when the tenant has a machine of that name, whatever the case; `limit_reached`
 *   when the tenant has the most machines that it allows itself
 */
export async function provisionMachine(
  ctx: Ctx,
  input: ProvisionMachineInput,
): Promise<IssuedSecret & { machineId: string }> {
  allow(ctx.actor, "machines.provision");
  const { machinesMax } = await lockLimits(ctx);
  if (machinesMax !== null) {
    const where = { tenantId: ctx.actor.tenantId, deletedAt: null, ...OF_ROBOTS };
    refuseTooManyMachines(await ctx.db.machine.count({ where }), machinesMax);
  }
  const machine = await ctx.db.machine
    .create({
      data: {
        ...input,
        tenantId: ctx.actor.tenantId,
        nameKey: nameKey(input.name),
        clientId: randomUUID(),
        createdAt: ctx.now,
        createdById: personIdOf(ctx.actor),
      },
      select: { id: true, clientId: true },
    })
    .catch((error: unknown) => refuseTakenName(error, input.name));
  await record(ctx, [
    {
      type: "machine.provisioned",
      machineId: machine.id,
      name: input.name,
      kind: input.kind,
      clientId: machine.clientId,
    },
  ]);
  const issued = await issueSecret(ctx, { machineId: machine.id });
  return { ...issued, machineId: machine.id, machineName: input.name, clientId: machine.clientId };
}
