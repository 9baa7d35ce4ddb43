import { record } from "@/lib/audit/commands";
import type { Ctx } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { allowInstallation } from "@/lib/permissions";
import { emailKey } from "@/lib/users/rules";

/** @throws Refusal `invalid` at `administrator` where nobody who may sign in has that email */
async function findPerson({ db }: Ctx, administrator: string): Promise<{ id: string; email: string }> {
  const where = { emailKey: emailKey(administrator), disabledAt: null };
  const person = await db.admin.findFirst({ where, select: { id: true, email: true } });
  if (person) return person;
  throw new Refusal("invalid", "Nobody here signs in with this email. Invite them to a tenant first.", {
    field: "administrator",
  });
}

/**
 * Makes somebody an Administrator of a tenant that was made in this transaction, so that no tenant is without one: the person who acts, unless
 * another one is named; an API client names one. The event belongs to the record of that tenant.
 * @param administrator their email
 * @throws Refusal `invalid` at `administrator`
 */
export async function joinTenant(
  ctx: Ctx,
  { tenantId, administrator }: { readonly tenantId: string; readonly administrator?: string | undefined },
): Promise<void> {
  allowInstallation(ctx.actor);
  const { kind, id, name } = ctx.actor;
  const isOneself = kind === "admin" && administrator === undefined;
  const person = isOneself ? { id, email: name } : await findPerson(ctx, administrator ?? "");
  const { id: adminId, email } = person;
  await ctx.db.membership.create({
    data: { adminId, tenantId, role: "Administrator", createdAt: ctx.now },
    select: { adminId: true },
  });
  await record(ctx, [{ type: "admin.joined", adminId, email, role: "Administrator" }], tenantId);
}
