import { record } from "@/lib/audit/commands";
import { authenticated, UNRESTRICTED } from "@/lib/credentials/authentic";
import { rewriteRows } from "@/lib/credentials/authentic-rows";
import { cappedExpiry } from "@/lib/credentials/expiry";
import { makeCredentialId } from "@/lib/credentials/material";
import type { PublicKey } from "@/lib/credentials/public-key";
import { countNotEndedCredentials } from "@/lib/credentials/queries";
import { hostKeyName } from "@/lib/credentials/rules";
import type { Ctx, RobotActor } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { getLimits } from "@/lib/limits/queries";

type HostKey = {
  readonly hostName: string;
  readonly key: Pick<PublicKey, "jwk" | "algorithms" | "thumbprint">;
  /** The end that it is to have; null is the latest that the tenant allows. */
  readonly expiresAt: Date | null;
};

/**
 * Adds the key that a host has made in the place of the one that it came with, for the same addresses. The caller has checked that the host has its private half, and
 * holds the machine's row.
 * @returns its id and end, and the end that the old one has
 * @throws Refusal `limit_reached` (`key_limit_reached`); `invalid` (`successor_key_refused`) when the machine has this key already
 */
export async function storeHostKey(
  ctx: Ctx<RobotActor>,
  { hostName, key: { jwk, algorithms, thumbprint }, expiresAt: wanted }: HostKey,
): Promise<{ keyId: string; expiresAt: Date | null; oldEnd: Date | null }> {
  const { id: machineId, tenantId, credentialId: oldId } = ctx.actor;
  const limits = await getLimits(ctx);
  if ((await countNotEndedCredentials(ctx, machineId, "Key")) >= limits.liveCredentialsMax) {
    throw new Refusal(
      "limit_reached",
      `The machine has ${limits.liveCredentialsMax} live or disabled keys, the most it may have. Ask an administrator to delete one, or to allow more.`,
      { problem: "key_limit_reached" },
    );
  }
  const scope = { tenantId, machineId, thumbprint, revokedAt: null };
  if ((await ctx.db.credential.count({ where: scope })) > 0) {
    throw new Refusal("invalid", "The machine has this key already. Make a new pair.", {
      field: "public_key",
      problem: "successor_key_refused",
    });
  }
  const old = await ctx.db.credential.findFirst({
    where: { id: oldId, machineId, tenantId },
    select: { expiresAt: true, allowedAddresses: true },
  });
  const keyId = makeCredentialId();
  const name = hostKeyName(hostName, oldId);
  const expiresAt = cappedExpiry(wanted, limits, ctx.now);
  const content = {
    id: keyId,
    tenantId,
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
    allowedAddresses: old?.allowedAddresses ?? [],
  };
  await ctx.db.credential.create({
    data: { ...content, ...authenticated(content), name, thumbprint, createdAt: ctx.now },
    select: { id: true },
  });
  await record(ctx, [{ type: "key.added", machineId, keyId, name, thumbprint, expiresAt }]);
  return { keyId, expiresAt, oldEnd: old?.expiresAt ?? null };
}

/** Revokes for ever the key that a host brought before it made another one. */
export async function withdrawHostKey(ctx: Ctx<RobotActor>, keyId: string): Promise<void> {
  const { id: machineId, tenantId } = ctx.actor;
  const scope = { id: keyId, machineId, tenantId, revokedAt: null };
  const revoked = await rewriteRows(ctx.db, scope, { revokedAt: ctx.now, revokedById: null }, ctx.now);
  const event = { type: "credential.deleted", machineId, credentialId: keyId, kind: "Key" } as const;
  await record(
    ctx,
    revoked.map(() => ({ ...event, reason: "replaced" as const })),
  );
}
