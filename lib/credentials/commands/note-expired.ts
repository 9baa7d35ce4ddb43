import { record } from "@/lib/audit/commands";
import { rewriteRows } from "@/lib/credentials/authentic-rows";
import type { CredentialKind } from "@/lib/credentials/schema";
import type { Ctx, SystemActor } from "@/lib/ctx";

/** A credential whose time is over and whose hosts are still to be cut. */
export type ExpiredCredential = {
  readonly id: string;
  readonly kind: CredentialKind;
  readonly tenantId: string;
  readonly machineId: string;
};

/**
 * Notes the credentials that have expired, in all tenants. They are refused from the instant they name, whoever looks; this
 * only says that what hangs on them is cut now. The write is its own guard: of several processes that look at once, one
 * finds each.
 * @returns those that nobody had noted
 */
export async function noteExpired(ctx: Ctx<SystemActor>): Promise<ExpiredCredential[]> {
  const where = { expiresAt: { lte: ctx.now }, expiryCutAt: null, revokedAt: null };
  const expired = await rewriteRows(ctx.db, where, { expiryCutAt: ctx.now }, ctx.now);
  for (const { id, kind, tenantId, machineId } of expired) {
    await record(ctx, [{ type: "credential.expired", machineId, credentialId: id, kind }], tenantId);
  }
  return expired;
}
