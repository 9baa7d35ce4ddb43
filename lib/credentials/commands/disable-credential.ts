import { allowOn } from "@/lib/api-clients/gate";
import { record } from "@/lib/audit/commands";
import { ROW } from "@/lib/credentials/authentic";
import { rewriteRows } from "@/lib/credentials/authentic-rows";
import { CREDENTIAL_WORDS, isEnded } from "@/lib/credentials/rules";
import type { CredentialKind } from "@/lib/credentials/schema";
import type { Ctx, SystemActor, UserActor } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { clientNameOf, personIdOf } from "@/lib/permissions";

/** Which credential, of which tenant: the process itself acts in any. */
export type CredentialOfTenant = {
  readonly tenantId: string;
  readonly machineId: string;
  readonly credentialId: string;
};

type Changer = Ctx<UserActor | SystemActor>;

/** @throws Refusal `not_found`, or `gone` when it has ended */
async function readStanding(ctx: Changer, { tenantId, machineId, credentialId }: CredentialOfTenant) {
  const where = { id: credentialId, machineId, tenantId };
  const select = { ...ROW, disabledReason: true } as const;
  const row = await ctx.db.credential.findFirst({ where, select });
  if (!row) throw new Refusal("not_found", "There is no such client secret or key.");
  if (isEnded(row, ctx.now)) throw new Refusal("gone", `This ${CREDENTIAL_WORDS[row.kind]} has ended.`);
  return row;
}

/**
 * Refuses a secret or key from now on. What hangs on it is cut by the workflow that calls this, which has locked the machine.
 * @returns its kind, and whether it was live until now; disabling a disabled one changes nothing
 * @throws Refusal `not_found`, or `gone` when it has ended
 */
export async function markCredentialDisabled(
  ctx: Changer,
  of: CredentialOfTenant,
  reason: string,
): Promise<{ kind: CredentialKind; wasLive: boolean }> {
  await allowOn(ctx, "credentials.disable", of.machineId, of.tenantId);
  const { kind } = await readStanding(ctx, of);
  const { tenantId, machineId, credentialId } = of;
  const disabledById = personIdOf(ctx.actor);
  const where = { id: credentialId, machineId, tenantId, revokedAt: null, disabledAt: null };
  const disabledByClient = clientNameOf(ctx.actor);
  const change = { disabledAt: ctx.now, disabledById, disabledByClient, disabledReason: reason };
  const wasLive = (await rewriteRows(ctx.db, where, change, ctx.now)).length > 0;
  const event = { type: "credential.disabled" as const, machineId, credentialId, kind, reason };
  if (wasLive) await record(ctx, [event], tenantId);
  return { kind, wasLive };
}

/**
 * Lets a disabled secret or key be used again. The caller has locked the machine. Enabling an enabled one changes nothing.
 * @throws Refusal `not_found`, or `gone` when it has ended
 */
export async function markCredentialEnabled(ctx: Changer, of: CredentialOfTenant): Promise<void> {
  await allowOn(ctx, "credentials.disable", of.machineId, of.tenantId);
  const { kind, disabledReason: reason } = await readStanding(ctx, of);
  const { tenantId, machineId, credentialId } = of;
  const where = { id: credentialId, machineId, tenantId, revokedAt: null, disabledAt: { not: null } };
  const change = { disabledAt: null, disabledById: null, disabledByClient: null, disabledReason: "" };
  if ((await rewriteRows(ctx.db, where, change, ctx.now)).length === 0) return;
  await record(ctx, [{ type: "credential.enabled", machineId, credentialId, kind, reason }], tenantId);
}
