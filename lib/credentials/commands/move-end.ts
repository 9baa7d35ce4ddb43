import { ROW } from "@/lib/credentials/authentic";
import { rewriteRow, rewriteRows } from "@/lib/credentials/authentic-rows";
import { isEnded } from "@/lib/credentials/rules";
import type { Ctx, SystemActor, UserActor } from "@/lib/ctx";
import { allow } from "@/lib/permissions";

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
 * Takes the rows of what is not deleted on machines that the transaction holds, in the one order in which everybody takes many: a deed that writes
 * them set by set would meet their last uses, which are written across all sets.
 */
export async function lockCredentialsOf({ db, actor }: Ctx, machineIds: readonly string[]): Promise<void> {
  await db.$executeRaw`
    SELECT FROM credentials
     WHERE tenant_id = ${actor.tenantId}::uuid AND machine_id = ANY(${[...machineIds]}::uuid[]) AND revoked_at IS NULL
     ORDER BY id FOR NO KEY UPDATE`;
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

/**
 * Gives an earlier end to credentials that have not ended, as part of rotations; a few statements however many. The caller holds their machines'
 * rows. Those that have that end already are left.
 */
export async function moveEnds(ctx: Ctx, credentialIds: readonly string[], to: Date): Promise<void> {
  allow(ctx.actor, "credentials.rotate");
  const where = {
    tenantId: ctx.actor.tenantId,
    id: { in: [...credentialIds] },
    revokedAt: null,
    OR: [{ expiresAt: null }, { expiresAt: { gt: to } }],
  };
  await rewriteRows(ctx.db, where, { expiresAt: to }, ctx.now);
}
