import { record } from "@/lib/audit/commands";
import type { Ctx } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { MACHINE_FORM, OF_ROBOTS } from "@/lib/machines/queries";
import { noSuchMachine, refuseTakenName } from "@/lib/machines/refusals";
import { nameKey } from "@/lib/machines/rules";
import type { EditMachineInput } from "@/lib/machines/schema";
import { allow } from "@/lib/permissions";
import { signal } from "@/lib/signals";
import { areTermsChanged } from "@/lib/token-policy/rules";

/**
 * Saves the details form.
 * @throws Refusal `conflict` when somebody saved since the form was filled (`revision`), or at `name` when it is taken
 */
export async function editMachine(
  ctx: Ctx,
  { machineId, revision, ...details }: EditMachineInput,
): Promise<{ revision: number }> {
  allow(ctx.actor, "machines.edit");
  const scope = { id: machineId, tenantId: ctx.actor.tenantId, deletedAt: null, ...OF_ROBOTS };
  const before = await ctx.db.machine.findFirst({
    where: scope,
    select: MACHINE_FORM,
  });
  if (!before) throw noSuchMachine();
  const { count } = await ctx.db.machine
    .updateMany({
      where: { ...scope, revision },
      data: { ...details, nameKey: nameKey(details.name), revision: revision + 1 },
    })
    .catch((error: unknown) => refuseTakenName(error, details.name));
  if (count === 0) {
    throw new Refusal(
      "conflict",
      "Somebody else saved this machine while you were editing. Reload to see their changes, then make yours again.",
      { problem: "revision_outdated" },
    );
  }
  await record(ctx, [{ type: "machine.edited", machineId, before, after: details }]);
  if (areTermsChanged(before, details)) {
    await signal(ctx.db, [{ kind: "terms", tenantId: ctx.actor.tenantId, machineId }]);
  }
  return { revision: revision + 1 };
}
