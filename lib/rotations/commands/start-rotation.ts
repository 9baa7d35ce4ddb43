import { guardApiClients } from "@/lib/api-clients/gate";
import { record } from "@/lib/audit/commands";
import type { CredentialKind } from "@/lib/credentials/schema";
import type { Ctx } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { allow, clientNameOf, personIdOf } from "@/lib/permissions";
import { encryptSuccessor } from "@/lib/rotations/encrypted-value";
import { seenSince } from "@/lib/rotations/rules";
import { uuid7 } from "@/lib/uuid";

type Known = { readonly id: string; readonly fromCredentialId: string; readonly seenDays: number };

/**
 * Notes which hosts may fetch the new ones, as rotations begin: those on the old ones until now. The caller holds those rows, so that no
 * session is opened with them meanwhile.
 */
async function noteKnownHosts(ctx: Ctx, rotations: readonly Known[]): Promise<number> {
  if (rotations.length === 0) return 0;
  const { tenantId } = ctx.actor;
  const known = rotations.map(({ id, fromCredentialId, seenDays }) => ({
    id,
    credential_id: fromCredentialId,
    since: seenSince(seenDays, ctx.now),
  }));
  return ctx.db.$executeRaw`
    INSERT INTO rotation_hosts (rotation_id, tenant_id, host_key)
    SELECT DISTINCT r.id, s.tenant_id, s.host_key
      FROM json_to_recordset(${JSON.stringify(known)}::json) AS r(id uuid, credential_id text, since timestamptz)
      JOIN sessions s ON s.credential_id = r.credential_id
     WHERE s.tenant_id = ${tenantId}::uuid AND (s.ended_at IS NULL OR s.heartbeat_at >= r.since)`;
}

export type Starting = {
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

const inRotation = (isFrom: boolean) =>
  new Refusal(
    "conflict",
    isFrom
      ? "This one is being rotated already. Cancel that rotation first, or end the old one now."
      : "Hosts are still moving to this one. Wait for the end of that rotation, or cancel it first.",
  );

/**
 * The caller has locked the machines' rows.
 * @returns for each credential that an open rotation is from or to why it cannot be rotated
 */
export async function refuseInRotation(
  ctx: Ctx,
  credentialIds: readonly string[],
): Promise<ReadonlyMap<string, Refusal>> {
  const { tenantId } = ctx.actor;
  const ids = { in: [...credentialIds] };
  const open = await ctx.db.rotation.findMany({
    where: {
      tenantId,
      endedAt: null,
      OR: [
        { fromCredentialId: ids },
        { toCredentialId: ids },
        { hosts: { some: { credentialId: ids, tenantId } } },
      ],
    },
    select: {
      fromCredentialId: true,
      toCredentialId: true,
      hosts: { where: { credentialId: ids, tenantId }, select: { credentialId: true } },
    },
  });
  const to = open.flatMap(({ toCredentialId, hosts }) => [
    toCredentialId,
    ...hosts.map(({ credentialId }) => credentialId),
  ]);
  return new Map([
    ...to.flatMap((id) => (id ? [[id, inRotation(false)] as const] : [])),
    ...open.map(({ fromCredentialId }) => [fromCredentialId, inRotation(true)] as const),
  ]);
}

/**
 * @throws Refusal `conflict` when a rotation from it or to it is open. The caller has locked the machine's row.
 */
export async function requireNoRotation(ctx: Ctx, credentialId: string): Promise<void> {
  const refusal = (await refuseInRotation(ctx, [credentialId])).get(credentialId);
  if (refusal) throw refusal;
}

/** A rotation that has just begun. */
export type Started = { readonly rotationId: string };

/**
 * Notes that credentials give way to others; the caller has issued those, and moved the ends of the first. Where hosts bring keys,
 * an end is moved with the first of them. A few statements however many.
 * @returns the rotations, each in turn, and how many hosts are known that may fetch a new one or bring theirs; 0 where nothing is handed over
 */
export async function startRotations(
  ctx: Ctx,
  all: readonly Starting[],
): Promise<{ started: readonly Started[]; knownHosts: number }> {
  const { tenantId } = ctx.actor;
  allow(ctx.actor, "credentials.rotate");
  await guardApiClients(ctx, tenantId, [...new Set(all.map(({ machineId }) => machineId))]);
  const rows = all.map(({ kind: _kind, value, ...starting }) => {
    const rotation = { ...starting, id: uuid7(ctx.now), tenantId };
    const encryptedValue = starting.handsOver && value !== null ? encryptSuccessor(value, rotation) : null;
    return {
      ...rotation,
      encryptedValue,
      startedAt: ctx.now,
      startedById: personIdOf(ctx.actor),
      startedByClient: clientNameOf(ctx.actor),
    };
  });
  if (rows.length > 0) await ctx.db.rotation.createMany({ data: rows });
  const knownHosts = await noteKnownHosts(
    ctx,
    rows.filter(({ handsOver }) => handsOver),
  );
  await record(
    ctx,
    all.map((starting) => ({
      type: "rotation.started" as const,
      machineId: starting.machineId,
      credentialId: starting.fromCredentialId,
      successorId: starting.toCredentialId,
      kind: starting.kind,
      endsAt: starting.latestEnd,
      retiresWhenMoved: starting.retiresWhenMoved,
      handsOver: starting.handsOver,
    })),
  );
  return { started: rows.map(({ id }) => ({ rotationId: id })), knownHosts };
}

/** The same for one. */
export async function startRotation(
  ctx: Ctx,
  starting: Starting,
): Promise<{ rotationId: string; knownHosts: number }> {
  const { started, knownHosts } = await startRotations(ctx, [starting]);
  return { rotationId: started[0]?.rotationId ?? "", knownHosts };
}
