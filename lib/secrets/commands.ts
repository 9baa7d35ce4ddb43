import { record } from "@/lib/audit/commands";
import type { Ctx } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { allow } from "@/lib/permissions";
import { makeSecret } from "./material";
import { countLiveSecrets } from "./queries";
import { LIVE_SECRETS_MAX } from "./schema";

/**
 * Adds a secret to a machine. The caller has locked the machine's row, so that two admins cannot pass the limit together.
 * @returns the secret's id and value; the value is stored nowhere
 * @throws Refusal `limit_reached` when the machine has the most live secrets it may have
 */
export async function issueSecret(
  ctx: Ctx,
  { machineId }: { readonly machineId: string },
): Promise<{ secretId: string; clientSecret: string }> {
  allow(ctx.actor, "secrets.issue");
  if ((await countLiveSecrets(ctx, machineId)) >= LIVE_SECRETS_MAX) {
    throw new Refusal(
      "limit_reached",
      `This machine has ${LIVE_SECRETS_MAX} live client secrets, the most it may have. Delete one that is no longer used, then add a new one.`,
    );
  }
  const { secretId, value, lastFour, digest, pepperId } = makeSecret();
  await ctx.db.secret.create({
    data: {
      id: secretId,
      tenantId: ctx.actor.tenantId,
      machineId,
      digest: Uint8Array.from(digest),
      pepperId,
      lastFour,
      createdAt: ctx.now,
      createdById: ctx.actor.id,
    },
    select: { id: true },
  });
  await record(ctx, [{ type: "secret.issued", machineId, secretId }]);
  return { secretId, clientSecret: value };
}

/**
 * Revokes one secret for ever.
 * @throws Refusal `not_found` when the machine has no such secret, `gone` when somebody deleted it first
 */
export async function revokeSecret(
  ctx: Ctx,
  { machineId, secretId }: { readonly machineId: string; readonly secretId: string },
): Promise<void> {
  allow(ctx.actor, "secrets.delete");
  const scope = { id: secretId, machineId, tenantId: ctx.actor.tenantId };
  const { count } = await ctx.db.secret.updateMany({
    where: { ...scope, revokedAt: null },
    data: { revokedAt: ctx.now, revokedById: ctx.actor.id },
  });
  if (count === 0) {
    const known = await ctx.db.secret.findFirst({ where: scope, select: { id: true } });
    throw known
      ? new Refusal("gone", "This secret is already deleted.")
      : new Refusal("not_found", "There is no such secret.");
  }
  await record(ctx, [{ type: "secret.deleted", machineId, secretId, reason: "deleted" }]);
}

/** Revokes every live secret of machines that are being deleted. */
export async function revokeSecretsOfMachines(ctx: Ctx, machineIds: readonly string[]): Promise<void> {
  allow(ctx.actor, "machines.delete");
  const live = await ctx.db.secret.updateManyAndReturn({
    where: { tenantId: ctx.actor.tenantId, machineId: { in: [...machineIds] }, revokedAt: null },
    data: { revokedAt: ctx.now, revokedById: ctx.actor.id },
    select: { id: true, machineId: true },
  });
  await record(
    ctx,
    live.map(({ id, machineId }) => ({
      type: "secret.deleted" as const,
      machineId,
      secretId: id,
      reason: "machine deleted" as const,
    })),
  );
}
