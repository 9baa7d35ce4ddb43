import { allowOn } from "@/lib/api-clients/gate";
import { record } from "@/lib/audit/commands";
import { ROW } from "@/lib/credentials/authentic";
import { rewriteRow } from "@/lib/credentials/authentic-rows";
import { CREDENTIAL_WORDS, isEnded } from "@/lib/credentials/rules";
import type { Ctx } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { formatQuantity } from "@/lib/format";
import { signal } from "@/lib/signals";

type Rules = { readonly allowedAddresses: readonly string[]; readonly purchasesMax: number | null };
type Changed = Rules & {
  readonly machineId: string;
  readonly credentialId: string;
  readonly seen?: Rules | undefined;
};

const changedMeanwhile = () =>
  new Refusal("conflict", "Somebody else changed it meanwhile. Load the page again.");

const isSame = (one: Rules, other: Rules) =>
  one.purchasesMax === other.purchasesMax && one.allowedAddresses.join() === other.allowedAddresses.join();

/**
 * Says from where a secret or key may be used, and how many tokens may be bought with it. They hold from the commit on, for every request;
 * purchases are counted from when they are first limited.
 * @param changed addresses as `readNetwork` writes them; `seen`, where it is given, are the rules that they take the place of
 * @throws Refusal `not_found`, `gone` when it has ended, `conflict` when somebody wrote it meanwhile, `invalid` at `purchasesMax` when more were bought
 */
export async function changeRules(ctx: Ctx, changed: Changed): Promise<null> {
  await allowOn(ctx, "credentials.edit", changed.machineId);
  const { tenantId } = ctx.actor;
  const { machineId, credentialId, allowedAddresses, purchasesMax } = changed;
  const row = await ctx.db.credential.findFirst({
    where: { id: credentialId, machineId, tenantId },
    select: { ...ROW, purchases: true },
  });
  if (!row) throw new Refusal("not_found", "There is no such client secret or key.");
  const { kind, purchases } = row;
  if (isEnded(row, ctx.now)) {
    throw new Refusal("gone", `This ${CREDENTIAL_WORDS[kind]} has ended. Add a new one instead.`);
  }
  if (changed.seen && !isSame(row, changed.seen)) throw changedMeanwhile();
  if (isSame(row, changed)) return null;
  const wasCounted = row.purchasesMax !== null;
  if (wasCounted && purchasesMax !== null && purchasesMax < purchases) {
    const says = `It has bought ${formatQuantity(purchases, "token")} since this is limited: enter ${purchases} or more.`;
    throw new Refusal("invalid", says, { field: "purchasesMax" });
  }
  const rules = { allowedAddresses: [...allowedAddresses], purchasesMax };
  const isCountedAnew = !wasCounted || purchasesMax === null;
  const change = isCountedAnew ? { ...rules, purchases: 0 as const } : rules;
  // The MAC tells of rules that were changed meanwhile, and not of purchases.
  const asRead = isCountedAnew ? {} : { purchases: { lte: purchasesMax } };
  if (!(await rewriteRow(ctx.db, { revokedAt: null, ...asRead }, row, change, ctx.now))) {
    throw changedMeanwhile();
  }
  const before = { allowedAddresses: row.allowedAddresses, purchasesMax: row.purchasesMax };
  const event = { type: "credential.rules_changed" as const, machineId, credentialId, kind };
  await record(ctx, [{ ...event, before, after: rules }]);
  // Whoever waits or listens is asked again.
  await signal(ctx.db, [{ kind: "terms", tenantId, machineId }]);
  return null;
}
