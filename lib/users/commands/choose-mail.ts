import { record } from "@/lib/audit/commands";
import type { Ctx, PersonActor } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import type { MailChoice } from "@/lib/notifications/schema";

/**
 * A person chooses what Latchkey mails them about one tenant; nothing is a choice, too.
 * @throws Refusal `not_found` for a tenant they cannot come into
 */
export async function chooseMail(
  ctx: Ctx<PersonActor>,
  { tenantId, kinds }: { readonly tenantId: string; readonly kinds: readonly MailChoice[] },
): Promise<null> {
  const { id: adminId, name: email } = ctx.actor;
  // In one statement with the question whether they belong there: nobody chooses for a membership that was taken a moment ago.
  const count = await ctx.db.$executeRaw`
    INSERT INTO mail_choices (admin_id, tenant_id, kinds)
    SELECT m.admin_id, m.tenant_id, ${[...kinds]}::text[] FROM memberships m
     WHERE m.admin_id = ${adminId}::uuid AND m.tenant_id = ${tenantId}::uuid AND m.disabled_at IS NULL
       FOR SHARE OF m
        ON CONFLICT (admin_id, tenant_id) DO UPDATE SET kinds = EXCLUDED.kinds`;
  if (count === 0) throw new Refusal("not_found", "There is no such tenant.");
  await record(ctx, [{ type: "admin.mail_chosen", adminId, email, kinds }], tenantId);
  return null;
}
