import type { Ctx } from "@/lib/ctx";
import { editMachine } from "@/lib/machines/commands/edit-machine";
import type { EditMachineInput } from "@/lib/machines/schema";
import { allow } from "@/lib/permissions";
import { getTokenDefaults } from "@/lib/tenants/queries";
import { refusedKind } from "@/lib/token-policy/rules";
import { type Cut, cut, NOTHING_CUT } from "./cut";

/**
 * Saves the details form, and disconnects the hosts that authenticated in a way the machine does not accept any more. Their
 * tokens are refused from the commit on, because every request of a robot asks what its machine accepts.
 * @throws Refusal what {@link editMachine} refuses
 */
export async function saveMachine(ctx: Ctx, input: EditMachineInput): Promise<Cut & { revision: number }> {
  allow(ctx.actor, "machines.edit");
  const { revision } = await editMachine(ctx, input);
  const accepted = input.clientAuthentication ?? (await getTokenDefaults(ctx)).clientAuthentication;
  const credentialKind = refusedKind(accepted);
  if (!credentialKind) return { ...NOTHING_CUT, revision };
  const of = { machineId: input.machineId, credentialKind };
  return { ...(await cut(ctx, ctx.actor.tenantId, of, "machine_authentication_changed")), revision };
}
