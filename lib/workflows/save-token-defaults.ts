import type { Ctx } from "@/lib/ctx";
import { allow } from "@/lib/permissions";
import { editTokenDefaults } from "@/lib/tenants/commands";
import type { EditTokenDefaultsInput } from "@/lib/tenants/schema";
import { refusedKind } from "@/lib/token-policy/rules";
import { type Cut, cut, NOTHING_CUT } from "./cut";

/**
 * Saves the tenant's defaults, and disconnects the hosts that authenticated in a way that is not accepted any more on the
 * machines that leave it to the tenant.
 * @throws Refusal what {@link editTokenDefaults} refuses
 */
export async function saveTokenDefaults(ctx: Ctx, input: EditTokenDefaultsInput): Promise<Cut> {
  allow(ctx.actor, "tenant.settings");
  await editTokenDefaults(ctx, input);
  const credentialKind = refusedKind(input.defaults.clientAuthentication);
  if (!credentialKind) return NOTHING_CUT;
  return cut(ctx, ctx.actor.tenantId, { machineId: null, credentialKind }, "tenant_authentication_changed");
}
