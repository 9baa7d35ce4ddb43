import { ROW } from "@/lib/credentials/authentic";
import { rewriteRow } from "@/lib/credentials/authentic-rows";
import { isEnded } from "@/lib/credentials/rules";
import type { Ctx, SystemActor, UserActor } from "@/lib/ctx";

/**
 * Takes a credential's row for this transaction: whoever opens a session with it was first, or waits.
 * @returns whether it is there, and neither deleted nor expired
 */
export async function lockCredential(
  ctx: Ctx<UserActor | SystemActor>,
  tenantId: string,
  credentialId: string,
): Promise<boolean> {
  const [row] = await ctx.db.$queryRaw<
    { revokedAt: Date | null; expiresAt: Date | null; disabledAt: Date | null }[]
  >`
    SELECT revoked_at AS "revokedAt", expires_at AS "expiresAt", disabled_at AS "disabledAt" FROM credentials
     WHERE id = ${credentialId} AND tenant_id = ${tenantId}::uuid FOR NO KEY UPDATE`;
  return row !== undefined && !isEnded(row, ctx.now);
}

/**
 * Moves the end of a credential that has not ended, as part of a rotation, which tells of it and has checked that end. What hangs on one whose end is now is
 * cut by the clock, as with any end.
 * @returns false when it has ended
 */
export async function moveEnd(
  ctx: Ctx<UserActor | SystemActor>,
  { tenantId, credentialId }: { readonly tenantId: string; readonly credentialId: string },
  to: Date | null,
): Promise<boolean> {
  if (!(await lockCredential(ctx, tenantId, credentialId))) return false;
  const row = await ctx.db.credential.findFirst({ where: { id: credentialId, tenantId }, select: ROW });
  return row !== null && rewriteRow(ctx.db, { revokedAt: null }, row, { expiresAt: to }, ctx.now);
}
