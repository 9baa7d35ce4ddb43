import { allowOn } from "@/lib/api-clients/gate";
import { record } from "@/lib/audit/commands";
import type { CredentialKind } from "@/lib/credentials/schema";
import type { Ctx } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { clientNameOf, personIdOf } from "@/lib/permissions";
import { encryptSuccessor } from "@/lib/rotations/encrypted-value";
import { seenSince } from "@/lib/rotations/rules";
import { uuid7 } from "@/lib/uuid";

type Known = { readonly id: string; readonly fromCredentialId: string; readonly seenDays: number };

/**
 * Notes which hosts may fetch the new one, as the rotation begins: those on the old one until now. The caller holds that one's row, so that no
 * session is opened with it meanwhile.
 */
async function noteKnownHosts(ctx: Ctx, { id, fromCredentialId, seenDays }: Known): Promise<number> {
  const { tenantId } = ctx.actor;
  return ctx.db.$executeRaw`
    INSERT INTO rotation_hosts (rotation_id, tenant_id, host_key)
    SELECT DISTINCT ${id}::uuid, ${tenantId}::uuid, host_key FROM sessions
     WHERE credential_id = ${fromCredentialId} AND tenant_id = ${tenantId}::uuid
       AND (ended_at IS NULL OR heartbeat_at >= ${seenSince(seenDays, ctx.now)})`;
}

type Starting = {
  readonly machineId: string;
  readonly kind: CredentialKind;
  readonly fromCredentialId: string;
  /** Null where each host brings a key of its own. */
  readonly toCredentialId: string | null;
  /** The end that such keys get; null is the latest that the tenant allows. */
  readonly keysExpireAt: Date | null;
  readonly retiresWhenMoved: boolean;
  readonly seenDays: number;
  readonly latestEnd: Date;
  readonly previousEnd: Date | null;
  readonly handsOver: boolean;
  /** The new secret; of a key there is nothing to hand over. */
  readonly value: string | null;
};

/**
 * @throws Refusal `conflict` when a rotation from it or to it is open. The caller has locked the machine's row.
 */
export async function requireNoRotation(ctx: Ctx, credentialId: string): Promise<void> {
  const { tenantId } = ctx.actor;
  const open = await ctx.db.rotation.findFirst({
    where: {
      tenantId,
      endedAt: null,
      OR: [
        { fromCredentialId: credentialId },
        { toCredentialId: credentialId },
        { hosts: { some: { credentialId, tenantId } } },
      ],
    },
    select: { fromCredentialId: true },
  });
  if (!open) return;
  throw new Refusal(
    "conflict",
    open.fromCredentialId === credentialId
      ? "This one is being rotated already. Cancel that rotation first, or end the old one now."
      : "Hosts are still moving to this one. Wait for the end of that rotation, or cancel it first.",
  );
}

/**
 * Notes that a credential gives way to another one; the caller has issued that one, and moved the end of the first. Where hosts bring keys,
 * its end is moved with the first of them.
 * @returns how many hosts are known that may fetch the new one or bring theirs; 0 where nothing is handed over
 */
export async function startRotation(
  ctx: Ctx,
  { kind, value, ...starting }: Starting,
): Promise<{ rotationId: string; knownHosts: number }> {
  await allowOn(ctx, "credentials.rotate", starting.machineId);
  const { tenantId } = ctx.actor;
  const rotation = { ...starting, id: uuid7(ctx.now), tenantId };
  const { machineId, retiresWhenMoved, handsOver, latestEnd: endsAt } = starting;
  await ctx.db.rotation.create({
    data: {
      ...rotation,
      startedAt: ctx.now,
      startedById: personIdOf(ctx.actor),
      startedByClient: clientNameOf(ctx.actor),
      encryptedValue: handsOver && value !== null ? encryptSuccessor(value, rotation) : null,
    },
    select: { id: true },
  });
  const knownHosts = handsOver ? await noteKnownHosts(ctx, rotation) : 0;
  const [credentialId, successorId] = [starting.fromCredentialId, starting.toCredentialId];
  await record(ctx, [
    {
      type: "rotation.started",
      machineId,
      credentialId,
      successorId,
      kind,
      endsAt,
      retiresWhenMoved,
      handsOver,
    },
  ]);
  return { rotationId: rotation.id, knownHosts };
}
