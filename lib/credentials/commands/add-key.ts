import { allowOn } from "@/lib/api-clients/gate";
import { record } from "@/lib/audit/commands";
import { authenticated, UNRESTRICTED } from "@/lib/credentials/authentic";
import { checkedExpiry } from "@/lib/credentials/expiry";
import { makeCredentialId } from "@/lib/credentials/material";
import { readPublicKey } from "@/lib/credentials/public-key";
import { countNotEndedCredentials } from "@/lib/credentials/queries";
import type { AddKeyInput } from "@/lib/credentials/schema";
import type { Ctx } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { getLimits } from "@/lib/limits/queries";
import { clientNameOf, personIdOf } from "@/lib/permissions";

/**
 * Adds the public half of a key pair to a machine (RFC 7523 `private_key_jwt`). The caller has locked the machine's row,
 * so that neither the limit is passed nor a key added twice by two admins together.
 * @throws Refusal `limit_reached`; `invalid` at `publicKey` with the reason when it is private, weak or of another kind,
 *   or when the machine has it already
 */
export async function storeKey(
  ctx: Ctx,
  { machineId, name, expiresAt: wanted, publicKey, allowedAddresses = [] }: AddKeyInput,
): Promise<{ keyId: string }> {
  await allowOn(ctx, "keys.add", machineId);
  const limits = await getLimits(ctx);
  const expiresAt = checkedExpiry(wanted, limits, ctx.now);
  const { jwk, algorithms, thumbprint } = await readPublicKey(publicKey);
  if ((await countNotEndedCredentials(ctx, machineId, "Key")) >= limits.liveCredentialsMax) {
    throw new Refusal(
      "limit_reached",
      `This machine has ${limits.liveCredentialsMax} live or disabled keys, the most it may have. Delete one that is no longer used, then add a new one.`,
    );
  }
  const scope = { tenantId: ctx.actor.tenantId, machineId, thumbprint, revokedAt: null };
  const same = await ctx.db.credential.findFirst({ where: scope, select: { id: true } });
  if (same) {
    throw new Refusal("invalid", `This machine has this key already, as ${same.id}.`, { field: "publicKey" });
  }
  const keyId = makeCredentialId();
  const content = {
    id: keyId,
    tenantId: ctx.actor.tenantId,
    machineId,
    kind: "Key" as const,
    digest: null,
    pepperId: null,
    publicJwk: { ...jwk },
    algorithms: [...algorithms],
    expiresAt,
    expiryCutAt: null,
    revokedAt: null,
    ...UNRESTRICTED,
    allowedAddresses: [...allowedAddresses],
  };
  await ctx.db.credential.create({
    data: {
      ...content,
      ...authenticated(content),
      name,
      thumbprint,
      createdAt: ctx.now,
      createdById: personIdOf(ctx.actor),
      createdByClient: clientNameOf(ctx.actor),
    },
    select: { id: true },
  });
  await record(ctx, [{ type: "key.added", machineId, keyId, name, thumbprint, expiresAt }]);
  return { keyId };
}
