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
  readonly toCredentialId: string;
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
  if (ended.length > 0) await signal(ctx.db, [{ kind: "page", tenantId }]);
  return ended;
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
