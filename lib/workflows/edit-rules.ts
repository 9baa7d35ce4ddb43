import { allowOn } from "@/lib/api-clients/gate";
import { changeRules } from "@/lib/credentials/commands/change-rules";
import { requireAddresses } from "@/lib/credentials/rules-of-use";
import type { EditRulesInput } from "@/lib/credentials/schema";
import type { Ctx } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { foreseeRules } from "@/lib/fleet/queries/foresee-rules";
import { formatQuantity } from "@/lib/format";

/**
 * Sets a credential's rules of use, once whoever does it knows which of its last uses they would have refused.
 * @throws Refusal as `changeRules` does; `invalid` at `addresses`; `conflict` at `confirmed` when uses would have been refused and nobody said that this is
 *   meant
 */
export async function editRules(
  ctx: Ctx,
  { machineId, credentialId, addresses, purchasesMax, confirmed, seen }: EditRulesInput,
): Promise<null> {
  await allowOn(ctx, "credentials.edit", machineId);
  const allowedAddresses = requireAddresses(addresses);
  const { refused, allowed } = await foreseeRules(ctx, { credentialId, addresses });
  if (refused.length > 0 && !confirmed) {
    const all = allowed.length === 0 ? "all " : "";
    throw new Refusal(
      "conflict",
      `That refuses ${all}${formatQuantity(refused.length, "address", "addresses")} that it was used from in the last 30 days. Confirm that you mean it.`,
      { field: "confirmed" },
    );
  }
  return changeRules(ctx, { machineId, credentialId, allowedAddresses, purchasesMax, seen });
}
