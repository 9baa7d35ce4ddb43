import { record } from "@/lib/audit/commands";
import type { Ctx } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { CHOSEN_KINDS, type EditNotificationsInput, OFF_AT_FIRST } from "@/lib/notifications/schema";
import { allow } from "@/lib/permissions";

/** In the order of the kinds, so that the same choice is the same list. */
const inOrder = (off: readonly string[]) => CHOSEN_KINDS.filter((kind) => off.includes(kind));

/**
 * Saves what the tenant is not told, from now on and nowhere.
 * @throws Refusal `conflict` when that is no longer what the form was filled from
 */
export async function editNotifications(ctx: Ctx, { off, seen }: EditNotificationsInput): Promise<null> {
  allow(ctx.actor, "tenant.settings");
  const { tenantId } = ctx.actor;
  const first = { tenantId, off: inOrder(OFF_AT_FIRST) };
  await ctx.db.notificationSettings.createMany({ data: [first], skipDuplicates: true });
  const where = { tenantId, off: { equals: inOrder(seen) } };
  const { count } = await ctx.db.notificationSettings.updateMany({ where, data: { off: inOrder(off) } });
  if (count === 0) {
    throw new Refusal(
      "conflict",
      "Somebody else saved these choices while you were editing. Reload to see theirs, then make yours again.",
    );
  }
  const named = (kinds: readonly string[]) => ({ notificationsOff: inOrder(kinds).join(", ") });
  await record(ctx, [{ type: "tenant.edited", before: named(seen), after: named(off) }]);
  return null;
}
