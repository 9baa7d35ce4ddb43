import { storeKey } from "@/lib/credentials/commands/add-key";
import type { AddedKey, AddKeyInput } from "@/lib/credentials/schema";
import type { Ctx } from "@/lib/ctx";
import { allow } from "@/lib/permissions";
import { lockMachine } from "./lock-machine";

/**
 * Adds a public key to a machine, beside or instead of its secrets.
 * @throws Refusal `not_found`, `limit_reached` at the eleventh live key, or `invalid` at the field that is wrong
 */
export async function addKey(ctx: Ctx, input: AddKeyInput): Promise<AddedKey> {
  allow(ctx.actor, "keys.add");
  const machine = await lockMachine(ctx, input.machineId);
  const { keyId } = await storeKey(ctx, input);
  return { keyId, machineName: machine.name, clientId: machine.clientId };
}
