import type { Ctx } from "@/lib/ctx";
import { allow } from "@/lib/permissions";
import { issueSecret } from "@/lib/secrets/commands";
import type { IssuedSecret } from "@/lib/secrets/schema";
import { holdMachine } from "./hold-machine";

/**
 * Adds a client secret to a machine; those it has stay valid.
 * @throws Refusal `not_found`, or `limit_reached` at the eleventh live secret
 */
export async function addSecret(
  ctx: Ctx,
  { machineId }: { readonly machineId: string },
): Promise<IssuedSecret> {
  allow(ctx.actor, "secrets.issue");
  const machine = await holdMachine(ctx, machineId);
  const issued = await issueSecret(ctx, { machineId });
  return { ...issued, machineName: machine.name, clientId: machine.clientId };
}
