import type { Ctx } from "@/lib/ctx";
import { allow } from "@/lib/permissions";

/** Makes the links worth nothing that an API client made, once it may make no more, as those of a person are. */
export async function withdrawLinksOfApiClient(ctx: Ctx, { id }: { readonly id: string }): Promise<void> {
  allow(ctx.actor, "apiClients.manage");
  const { tenantId } = ctx.actor;
  await ctx.db.invite.deleteMany({ where: { tenantId, apiClientId: id } });
  await ctx.db.passwordReset.deleteMany({ where: { apiClientId: id, apiClient: { tenantId } } });
}
