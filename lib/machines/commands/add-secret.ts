import { issueSecret } from "@/lib/credentials/commands/issue-secret";
import type { IssuedSecret, IssueSecretInput } from "@/lib/credentials/schema";
import type { Ctx } from "@/lib/ctx";
import { allow } from "@/lib/permissions";
import { lockMachine } from "./lock-machine";

/**
 * Adds a client secret to a machine; those it has stay valid.
 * @throws Refusal `not_found`, `limit_reached` at the eleventh live secret, or `invalid` at `expiresAt`
 */
export async function addSecret(ctx: Ctx, input: IssueSecretInput): Promise<IssuedSecret> {
  allow(ctx.actor, "secrets.issue");
  const machine = await lockMachine(ctx, input.machineId);
  const issued = await issueSecret(ctx, input);
  return { ...issued, machineName: machine.name, clientId: machine.clientId };
}
