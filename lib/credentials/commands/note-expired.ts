import { recordAll } from "@/lib/audit/commands";
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

/** What hangs on so many is cut within half a second, so that whoever waits for one of their rows waits no longer. */
export const NOTED_AT_ONCE = 500;

/**
 * Notes the credentials that have expired, in all tenants. They are refused from the instant they name, whoever looks; this
 * only says that what hangs on them is cut now. The write is its own guard: of several processes that look at once, one
 * finds each.
 * @returns those that nobody had noted, `max` at the most
 */
export async function noteExpired(ctx: Ctx<SystemActor>, max = NOTED_AT_ONCE): Promise<ExpiredCredential[]> {
  const where = { expiresAt: { lte: ctx.now }, expiryCutAt: null, revokedAt: null };
  const expired = await rewriteRows(ctx.db, where, { expiryCutAt: ctx.now }, ctx.now, max);
  await recordAll(
    ctx.db,
    expired.map(({ id: credentialId, kind, tenantId, machineId }) => {
      const event = { type: "credential.expired", machineId, credentialId, kind } as const;
      return { actor: ctx.actor, now: ctx.now, event, tenantId };
    }),
  );
  return expired;
}
