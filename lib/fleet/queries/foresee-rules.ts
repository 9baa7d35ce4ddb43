import { listUsesByAddress } from "@/lib/activity/queries";
import { ofSeenMachines } from "@/lib/api-clients/gate";
import { readAddresses } from "@/lib/credentials/rules-of-use";
import type { Ctx } from "@/lib/ctx";
import type { ForeseenRules } from "@/lib/fleet/schema";
import { networksOf } from "@/lib/network";
import { addSeconds, DAY_SECONDS } from "@/lib/time";

/** How far back uses are looked at. */
const FORESEEN_DAYS = 30;

/** @returns which of the last uses of a credential that whoever asks may see these addresses would have let in, and how whoever asks is seen at this moment */
export async function foreseeRules(
  ctx: Ctx,
  { credentialId, addresses }: { readonly credentialId: string; readonly addresses: string },
): Promise<ForeseenRules> {
  const read = readAddresses(addresses);
  const allowed = networksOf(read.ok ? read.networks : []);
  const { tenantId } = ctx.actor;
  const isSeen = await ctx.db.credential.count({
    where: { id: credentialId, tenantId, ...ofSeenMachines(ctx.actor) },
  });
  const since = addSeconds(ctx.now, -FORESEEN_DAYS * DAY_SECONDS);
  const uses = isSeen ? await listUsesByAddress(ctx, credentialId, since) : [];
  const isRefused = ({ address }: { address: string }) => allowed?.includes(address) === false;
  return {
    seenAs: ctx.actor.address,
    problem: read.ok ? null : read.problem,
    refused: uses.filter(isRefused),
    allowed: uses.filter((use) => !isRefused(use)),
  };
}
