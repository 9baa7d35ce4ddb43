import type { Ctx, RobotActor } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { Prisma } from "@/lib/generated/prisma/client";
import { openSuccessor } from "@/lib/rotations/encrypted-value";
import { PICK_UPS_MAX } from "@/lib/rotations/schema";

type Found = {
  readonly id: string;
  readonly toCredentialId: string | null;
  readonly startedAt: Date;
  readonly latestEnd: Date;
  readonly keysExpireAt: Date | null;
  readonly encryptedValue: Uint8Array | null;
};

/**
 * The open rotation of the robot's credential that hands something over. Its row is held until the end of the transaction: a cancellation comes
 * before or after it. That this host asks is counted.
 * @param of whether it hands a secret over, or waits for keys
 * @throws Refusal `not_found` where nothing is handed over, `forbidden` to a host that was not known when the rotation began, `too_many`
 */
async function holdHandOver(ctx: Ctx<RobotActor>, hostKey: string, of: Prisma.Sql): Promise<Found> {
  const { id: machineId, tenantId, credentialId } = ctx.actor;
  const [rotation] = await ctx.db.$queryRaw<Found[]>`
    SELECT id, to_credential_id AS "toCredentialId", started_at AS "startedAt", latest_end AS "latestEnd",
           keys_expire_at AS "keysExpireAt", encrypted_value AS "encryptedValue"
      FROM rotations WHERE from_credential_id = ${credentialId} AND machine_id = ${machineId}::uuid
       AND tenant_id = ${tenantId}::uuid AND ended_at IS NULL AND hands_over AND ${of}
       FOR SHARE`;
  if (!rotation) {
    throw new Refusal("not_found", "Nothing is handed over to who has this client secret or key.", {
      problem: "no_successor",
    });
  }
  const where = { rotationId: rotation.id, tenantId, hostKey };
  const { count } = await ctx.db.rotationHost.updateMany({
    where: { ...where, pickUps: { lt: PICK_UPS_MAX } },
    data: { pickUps: { increment: 1 } },
  });
  if (count > 0) return rotation;
  throw (await ctx.db.rotationHost.count({ where })) === 0
    ? new Refusal(
        "forbidden",
        "This host was not connected with this client secret or key before the rotation began. Give it the new one by hand.",
        { problem: "host_unknown" },
      )
    : new Refusal(
        "too_many",
        `This host has asked for its successor ${PICK_UPS_MAX} times. Give it the new one by hand.`,
        { problem: "successor_fetched_too_often" },
      );
}

/** What a host is handed, and when the rotation that hands it over began. */
export type PickedUp = {
  readonly rotationId: string;
  readonly startedAt: Date;
  readonly credentialId: string;
  readonly value: string;
};

/**
 * Opens what the open rotation of the robot's client secret hands over, and counts it.
 * @throws Refusal as `holdHandOver`
 */
export async function pickUp(ctx: Ctx<RobotActor>, hostKey: string): Promise<PickedUp> {
  const rotation = await holdHandOver(ctx, hostKey, Prisma.sql`encrypted_value IS NOT NULL`);
  const { id: rotationId, startedAt, toCredentialId, encryptedValue } = rotation;
  const { id: machineId, tenantId, credentialId: fromCredentialId } = ctx.actor;
  return {
    rotationId,
    startedAt,
    credentialId: toCredentialId ?? "",
    value: openSuccessor(encryptedValue ?? new Uint8Array(), {
      id: rotationId,
      toCredentialId,
      tenantId,
      machineId,
      fromCredentialId,
    }),
  };
}

/** The rotation that a host brings a key to. */
export type AwaitedKey = {
  readonly rotationId: string;
  readonly startedAt: Date;
  /** The end that the old one gets with the first key. */
  readonly latestEnd: Date;
  /** The end that the new one gets; null is the latest that the tenant allows. */
  readonly expiresAt: Date | null;
  /** The key that this host brought before. */
  readonly broughtId: string | null;
};

/**
 * Finds the rotation that waits for a key of this host, and counts that it brings one. The caller holds the machine's row and that of the old key.
 * @throws Refusal as `holdHandOver`
 */
export async function awaitKey(ctx: Ctx<RobotActor>, hostKey: string): Promise<AwaitedKey> {
  const { tenantId } = ctx.actor;
  const rotation = await holdHandOver(ctx, hostKey, Prisma.sql`to_credential_id IS NULL`);
  const { id: rotationId, startedAt, latestEnd, keysExpireAt: expiresAt } = rotation;
  const host = await ctx.db.rotationHost.findFirst({
    where: { rotationId, tenantId, hostKey },
    select: { credentialId: true },
  });
  return { rotationId, startedAt, latestEnd, expiresAt, broughtId: host?.credentialId ?? null };
}

/** A key that a host has brought. */
type Brought = {
  readonly rotationId: string;
  readonly hostKey: string;
  readonly credentialId: string;
  /** The end that the old one has now. */
  readonly oldEnd: Date | null;
};

/**
 * Notes the key that a host has brought. With the first, the end that the old one has until now is what a cancellation gives back.
 * @returns whether it is the first that works for the rotation
 */
export async function noteBrought(
  ctx: Ctx<RobotActor>,
  { rotationId, hostKey, credentialId, oldEnd }: Brought,
): Promise<boolean> {
  const { tenantId } = ctx.actor;
  const before = await ctx.db.rotationHost.count({
    where: { rotationId, tenantId, credentialId: { not: null } },
  });
  await ctx.db.rotationHost.updateMany({
    where: { rotationId, tenantId, hostKey },
    data: { credentialId },
  });
  if (before > 0) return false;
  await ctx.db.rotation.updateMany({ where: { id: rotationId, tenantId }, data: { previousEnd: oldEnd } });
  return true;
}
