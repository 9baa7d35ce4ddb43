import { randomUUID } from "node:crypto";
import { record } from "@/lib/audit/commands";
import { issueSecrets } from "@/lib/credentials/commands/issue-secret";
import type { IssuedSecret } from "@/lib/credentials/schema";
import type { Ctx } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { lockLimits } from "@/lib/limits/commands";
import { refuseNewMachines } from "@/lib/machines/queries";
import { takenName } from "@/lib/machines/refusals";
import { nameKey } from "@/lib/machines/rules";
import type { ProvisionMachineInput } from "@/lib/machines/schema";
import { allow, clientNameOf, personIdOf } from "@/lib/permissions";
import { uuid7 } from "@/lib/uuid";

export type Provisioned = IssuedSecret & { readonly machineId: string };

type NewMachine = { readonly id: string; readonly clientId: string; readonly input: ProvisionMachineInput };

/** @returns those that nobody else took the name of meanwhile: the unique index decides */
async function insert(ctx: Ctx, machines: readonly NewMachine[]): Promise<NewMachine[]> {
  const rows = machines.map(({ id, clientId, input }) => ({
    ...input,
    id,
    clientId,
    tenantId: ctx.actor.tenantId,
    nameKey: nameKey(input.name),
    // Its first secret comes in this transaction: counted by the trigger, the row would be written to every index again.
    liveSecrets: 1,
    createdAt: ctx.now,
    createdById: personIdOf(ctx.actor),
    createdByClient: clientNameOf(ctx.actor),
  }));
  const stored = await ctx.db.machine.createManyAndReturn({
    // In one order, so that of two who take the same names one waits for the other.
    data: rows.toSorted((one, other) => (one.nameKey < other.nameKey ? -1 : 1)),
    skipDuplicates: true,
    select: { id: true },
  });
  const ids = new Set(stored.map(({ id }) => id));
  return machines.filter(({ id }) => ids.has(id));
}

/**
 * Creates machines, each with its first secret or not at all; a few statements however many.
 * @returns for each in turn its id and the secret with its value, which nothing can return again, or why it was not made: `conflict` at `name`
 *   when the tenant has a machine of that name, whatever the case, or another of these has it; `limit_reached` when the tenant has the most
 *   machines that it allows itself
 */
export async function storeMachines(
  ctx: Ctx,
  inputs: readonly ProvisionMachineInput[],
): Promise<readonly (Provisioned | Refusal)[]> {
  allow(ctx.actor, "machines.provision");
  const refusals = await refuseNewMachines(ctx, inputs, await lockLimits(ctx));
  const wanted = inputs.map((input, index) =>
    refusals[index] ? null : { id: uuid7(ctx.now), clientId: randomUUID(), input },
  );
  const machines = await insert(
    ctx,
    wanted.filter((one) => one !== null),
  );
  await record(
    ctx,
    machines.map(({ id: machineId, clientId, input: { name, kind } }) => ({
      type: "machine.provisioned" as const,
      machineId,
      name,
      kind,
      clientId,
    })),
  );
  const secrets = await issueSecrets(
    ctx,
    machines.map(({ id }) => ({ machineId: id })),
  );
  const made = new Map(
    machines.map(({ id, clientId, input }, index) => {
      const issued = secrets[index];
      if (!issued || issued instanceof Refusal) throw issued ?? new Error("a machine without a secret");
      return [id, { ...issued, machineId: id, machineName: input.name, clientId }];
    }),
  );
  return inputs.map(
    ({ name }, index) => refusals[index] ?? made.get(wanted[index]?.id ?? "") ?? takenName(name),
  );
}

/**
 * Creates a machine with its first secret, or neither.
 * @throws Refusal as {@link storeMachines} says
 */
export async function provisionMachine(ctx: Ctx, input: ProvisionMachineInput): Promise<Provisioned> {
  const [made] = await storeMachines(ctx, [input]);
  if (!made || made instanceof Refusal) throw made;
  return made;
}
