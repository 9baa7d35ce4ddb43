import { encrypterTo, sealed } from "@/lib/age";
import type { Ctx } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { pastedMachines } from "@/lib/machines/pasted";
import { refuseAll } from "@/lib/machines/refusals";
import { problemOf, readMachine } from "@/lib/machines/rules";
import type {
  PastedMachines,
  ProvisionedLine,
  ProvisionedMachines,
  ProvisionMachinesInput,
} from "@/lib/machines/schema";
import { allow } from "@/lib/permissions";
import { storeMachines } from "./provision-machine";

/**
 * Creates many machines, each with its first secret: all of them or none, or (`each`) those that can be.
 * @returns a line for each in the order of the request; with a recipient the secrets' values are in the encrypted file alone
 * @throws Refusal `invalid` with every wrong one at its field when all were wanted, or at `recipient`
 */
export async function provisionMachines(
  ctx: Ctx,
  { machines, mode, recipient }: ProvisionMachinesInput,
): Promise<ProvisionedMachines> {
  allow(ctx.actor, "machines.provision");
  const encrypt = recipient === null ? null : encrypterTo(recipient);
  const lines = machines.map(readMachine);
  const right = lines.filter(({ input }) => input !== null);
  const made = await storeMachines(
    ctx,
    right.flatMap(({ input }) => input ?? []),
  );
  const outcomes = new Map(right.map(({ index }, place) => [index, made[place]]));
  const results = lines.map(({ index, name, problem }): ProvisionedLine => {
    const outcome = outcomes.get(index) ?? null;
    if (outcome instanceof Refusal) return { index, name, problem: problemOf(outcome), provisioned: null };
    return { index, name, problem, provisioned: outcome };
  });
  if (mode === "all" && results.some(({ problem }) => problem !== null)) refuseAll(results);
  return sealed(results, "provisioned", encrypt);
}

/**
 * The same of a pasted text: all of them or none.
 * @throws Refusal `invalid` at `text` when it cannot be read, and as {@link provisionMachines} says
 */
export async function provisionPasted(ctx: Ctx, pasted: PastedMachines): Promise<ProvisionedMachines> {
  allow(ctx.actor, "machines.provision");
  const machines = pastedMachines(pasted);
  return provisionMachines(ctx, { machines, mode: "all", recipient: pasted.recipient });
}
