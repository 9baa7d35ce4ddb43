import type { Ctx } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { allow } from "@/lib/permissions";
import { type Cut, cut } from "./cut";

/**
 * Disconnects one host and stops what runs there. The token that it showed last is revoked; its
 * credential stays valid, so it may connect again.
 * @throws Refusal `gone` when it is not connected any more
 */
export async function disconnectHost(ctx: Ctx, { sessionId }: { readonly sessionId: string }): Promise<Cut> {
  allow(ctx.actor, "hosts.disconnect");
  const done = await cut(ctx, ctx.actor.tenantId, { sessionId }, "disconnected");
  if (done.disconnectedHosts.length === 0) throw new Refusal("gone", "This host is not connected any more.");
  return done;
}
