import { noSuchApiClient, refuseTakenName } from "@/lib/api-clients/refusals";
import type { ApiClientRights } from "@/lib/api-clients/schema";
import type { Ctx } from "@/lib/ctx";
import { folded } from "@/lib/fold";
import { allow } from "@/lib/permissions";

type Stored = ApiClientRights & { readonly machineId: string; readonly name: string };

/** The person who answers for what this one makes: themselves, or whoever answers for the API client. */
async function answerableFor({ db, actor: { kind, id, tenantId } }: Ctx): Promise<string | null> {
  if (kind === "admin") return id;
  const where = { machineId: id, tenantId };
  return (await db.apiClient.findFirst({ where, select: { madeById: true } }))?.madeById ?? null;
}

/** @throws Refusal `conflict` at `name` when the tenant has an API client of that name */
export async function storeRights(ctx: Ctx, { machineId, name, ...rights }: Stored): Promise<void> {
  allow(ctx.actor, "apiClients.manage");
  const { actor } = ctx;
  const maker = { madeById: await answerableFor(ctx), madeBy: actor.name };
  await ctx.db.apiClient
    .create({
      data: { machineId, tenantId: actor.tenantId, nameKey: folded(name), ...rights, ...maker },
      select: { machineId: true },
    })
    .catch((error: unknown) => refuseTakenName(error, name));
}

/** The caller has locked its row. @throws Refusal `not_found`, or as above */
export async function changeRights(
  ctx: Ctx,
  { machineId, name, role, managesInstallation, mayConfirm }: Stored,
): Promise<void> {
  allow(ctx.actor, "apiClients.manage");
  const { count } = await ctx.db.apiClient
    .updateMany({
      where: { machineId, tenantId: ctx.actor.tenantId },
      data: { nameKey: folded(name), role, managesInstallation, mayConfirm },
    })
    .catch((error: unknown) => refuseTakenName(error, name));
  if (count === 0) throw noSuchApiClient();
}

/** Frees the name of a deleted one. */
export async function freeName(ctx: Ctx, { machineId }: { readonly machineId: string }): Promise<void> {
  allow(ctx.actor, "apiClients.manage");
  await ctx.db.apiClient.updateMany({
    where: { machineId, tenantId: ctx.actor.tenantId },
    data: { nameKey: null },
  });
}
