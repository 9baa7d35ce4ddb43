import type { Ctx } from "@/lib/ctx";
import { secretHint } from "./material";
import type { SecretView } from "./schema";

/** @returns the machine's secrets: live ones first, newest first; then the deleted ones as a record. */
export async function listSecrets(
  ctx: Ctx,
  { machineId }: { readonly machineId: string },
): Promise<SecretView[]> {
  const rows = await ctx.db.secret.findMany({
    where: { tenantId: ctx.actor.tenantId, machineId },
    orderBy: [{ revokedAt: { sort: "desc", nulls: "first" } }, { createdAt: "desc" }],
    select: {
      id: true,
      lastFour: true,
      createdAt: true,
      createdBy: { select: { email: true } },
      lastUsedAt: true,
      lastUsedAddress: true,
      revokedAt: true,
      revokedBy: { select: { email: true } },
    },
  });
  return rows.map(({ lastFour, createdBy, revokedBy, ...row }) => ({
    ...row,
    hint: secretHint(lastFour),
    createdBy: createdBy?.email ?? null,
    revokedBy: revokedBy?.email ?? null,
  }));
}

/** @returns how many secrets of the machine are live. */
export async function countLiveSecrets(ctx: Ctx, machineId: string): Promise<number> {
  return ctx.db.secret.count({ where: { tenantId: ctx.actor.tenantId, machineId, revokedAt: null } });
}
