import { allowOn } from "@/lib/api-clients/gate";
import { record } from "@/lib/audit/commands";
import { authenticated, UNRESTRICTED } from "@/lib/credentials/authentic";
import { checkedExpiry } from "@/lib/credentials/expiry";
import { makeSecret } from "@/lib/credentials/material";
import { countNotEndedCredentials } from "@/lib/credentials/queries";
import type { IssueSecretInput } from "@/lib/credentials/schema";
import type { Ctx } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { getLimits } from "@/lib/limits/queries";
import { personIdOf } from "@/lib/permissions";

/**
 * Adds a secret to a machine. The caller has locked the machine's row, so that two admins cannot pass the limit together.
 * @returns the secret's id, value and end; the value is stored nowhere
 * @throws Refusal `limit_reached` when the machine has the most live secrets it may have, `invalid` at `expiresAt`
 */
export async function issueSecret(
  ctx: Ctx,
  { machineId, name = "", expiresAt: wanted = null, allowedAddresses = [] }: IssueSecretInput,
): Promise<{ secretId: string; clientSecret: string; expiresAt: Date | null }> {
  await allowOn(ctx, "secrets.issue", machineId);
  const limits = await getLimits(ctx);
  const expiresAt = checkedExpiry(wanted, limits, ctx.now);
  if ((await countNotEndedCredentials(ctx, machineId, "Secret")) >= limits.liveCredentialsMax) {
    throw new Refusal(
      "limit_reached",
      `This machine has ${limits.liveCredentialsMax} live or disabled client secrets, the most it may have. Delete one that is no longer used, then add a new one.`,
    );
  }
  const { secretId, value, lastFour, digest, pepperId } = makeSecret();
  const content = {
    id: secretId,
    tenantId: ctx.actor.tenantId,
    machineId,
    kind: "Secret" as const,
    digest: Uint8Array.from(digest),
    pepperId,
    algorithms: [],
    expiresAt,
    expiryCutAt: null,
    revokedAt: null,
    ...UNRESTRICTED,
    allowedAddresses: [...allowedAddresses],
  };
  await ctx.db.credential.create({
    data: {
      ...content,
      ...authenticated({ ...content, publicJwk: null }),
      name,
      lastFour,
      createdAt: ctx.now,
      createdById: personIdOf(ctx.actor),
    },
    select: { id: true },
  });
  await record(ctx, [{ type: "secret.issued", machineId, secretId, name, expiresAt }]);
  return { secretId, clientSecret: value, expiresAt };
}
