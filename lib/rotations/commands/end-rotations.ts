import { record } from "@/lib/audit/commands";
import type { Ctx, SystemActor, UserActor } from "@/lib/ctx";
import type { Prisma } from "@/lib/generated/prisma/client";
import type { RotationEndCode } from "@/lib/rotations/schema";
import { signal } from "@/lib/signals";

/** A rotation that has just ended. */
export type EndedRotation = {
  readonly id: string;
  readonly machineId: string;
  readonly fromCredentialId: string;
  readonly toCredentialId: string | null;
  /** The new one, or the keys that hosts had brought. */
  readonly successorIds: readonly string[];
  readonly latestEnd: Date;
  readonly previousEnd: Date | null;
};

const ENDED = {
  id: true,
  machineId: true,
  fromCredentialId: true,
  toCredentialId: true,
  latestEnd: true,
  previousEnd: true,
} as const;

/** The new ones of rotations that end; which hosts might bring theirs is kept no longer. */
async function takeHosts(ctx: Ctx<UserActor | SystemActor>, tenantId: string, rotationIds: string[]) {
  const of = { tenantId, rotationId: { in: rotationIds } };
  const hosts = await ctx.db.rotationHost.findMany({
    where: { ...of, credentialId: { not: null } },
    select: { rotationId: true, credentialId: true },
    orderBy: { hostKey: "asc" },
  });
  await ctx.db.rotationHost.deleteMany({ where: of });
  return hosts;
}

/**
 * Ends the open rotations among these, and erases what they hand over; part of the deed that ends them, which has asked whether it may. The write
 * is its own guard: of several that end one, one finds it.
 * @returns those that were open
 */
export async function endRotations(
  ctx: Ctx<UserActor | SystemActor>,
  tenantId: string,
  which: Prisma.RotationWhereInput,
  code: RotationEndCode,
): Promise<EndedRotation[]> {
  const ended = await ctx.db.rotation.updateManyAndReturn({
    where: { AND: [which, { tenantId, endedAt: null }] },
    data: { endedAt: ctx.now, endCode: code, encryptedValue: null },
    select: ENDED,
  });
  await record(
    ctx,
    ended.map(({ machineId, fromCredentialId, toCredentialId }) => ({
      type: "rotation.ended" as const,
      machineId,
      credentialId: fromCredentialId,
      successorId: toCredentialId,
      code,
    })),
    tenantId,
  );
  if (ended.length === 0) return [];
  await signal(ctx.db, [{ kind: "page", tenantId }]);
  const hosts = await takeHosts(
    ctx,
    tenantId,
    ended.map(({ id }) => id),
  );
  return ended.map((rotation) => {
    const brought = hosts.filter(({ rotationId }) => rotationId === rotation.id);
    const all = [rotation, ...brought].map((one) => ("id" in one ? one.toCredentialId : one.credentialId));
    return { ...rotation, successorIds: all.filter((id) => id !== null) };
  });
}

/**
 * Notes that a key which a host has brought is withdrawn: the host is on none any more, and may bring another one.
 * @returns the rotation that has no new key left; null where it has, or the key is part of none
 */
export async function dropBroughtKey(
  ctx: Ctx<UserActor | SystemActor>,
  tenantId: string,
  credentialId: string,
): Promise<string | null> {
  const [host] = await ctx.db.rotationHost.updateManyAndReturn({
    where: { tenantId, credentialId },
    data: { credentialId: null },
    select: { rotationId: true },
  });
  if (!host) return null;
  const { rotationId } = host;
  const left = await ctx.db.rotationHost.count({
    where: { tenantId, rotationId, credentialId: { not: null } },
  });
  return left === 0 ? rotationId : null;
}

/** Erases what is handed over from or to a credential that may not be used for now; whoever has not fetched it is given it by hand. */
export async function stopHandingOver(
  ctx: Ctx<UserActor | SystemActor>,
  tenantId: string,
  credentialId: string,
): Promise<void> {
  await ctx.db.rotation.updateMany({
    where: {
      tenantId,
      endedAt: null,
      OR: [{ fromCredentialId: credentialId }, { toCredentialId: credentialId }],
    },
    data: { handsOver: false, encryptedValue: null },
  });
}
