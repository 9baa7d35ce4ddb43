import { storeKey } from "@/lib/credentials/commands/add-key";
import { issueSecret } from "@/lib/credentials/commands/issue-secret";
import { lockCredential, moveEnd } from "@/lib/credentials/commands/move-end";
import { checkedExpiry } from "@/lib/credentials/expiry";
import { countNotEndedCredentials } from "@/lib/credentials/queries";
import { CREDENTIAL_WORDS, credentialState } from "@/lib/credentials/rules";
import type { CredentialKind } from "@/lib/credentials/schema";
import type { Ctx } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { formatCount, formatQuantity } from "@/lib/format";
import { getLimits } from "@/lib/limits/queries";
import { LIVE_CREDENTIALS_MAX, type Limits } from "@/lib/limits/schema";
import { lockMachine } from "@/lib/machines/commands/lock-machine";
import { allow } from "@/lib/permissions";
import { endRotations } from "@/lib/rotations/commands/end-rotations";
import { requireNoRotation, startRotation } from "@/lib/rotations/commands/start-rotation";
import { noRoomToRotate, requireOutlives, retiresAt } from "@/lib/rotations/rules";
import type { RotateCredentialInput, Rotated } from "@/lib/rotations/schema";
import { signal } from "@/lib/signals";

type Old = {
  readonly kind: CredentialKind;
  readonly name: string;
  readonly expiresAt: Date | null;
  readonly allowedAddresses: readonly string[];
};

/** The one that gives way, while the machine's row is held. */
async function liveOne(ctx: Ctx, { machineId, credentialId }: RotateCredentialInput): Promise<Old> {
  const row = await ctx.db.credential.findFirst({
    where: { id: credentialId, machineId, tenantId: ctx.actor.tenantId },
    select: {
      kind: true,
      name: true,
      expiresAt: true,
      revokedAt: true,
      disabledAt: true,
      allowedAddresses: true,
    },
  });
  if (!row) throw new Refusal("not_found", "There is no such client secret or key.");
  if (credentialState(row, ctx.now) !== "Live") throw hasEnded(row.kind);
  return row;
}

const hasEnded = (kind: CredentialKind) =>
  new Refusal("gone", `This ${CREDENTIAL_WORDS[kind]} has ended or is disabled. Add a new one instead.`);

/** The two live at once until the old one ends. */
async function requireRoom(ctx: Ctx, machineId: string, kind: CredentialKind, max: number): Promise<void> {
  if ((await countNotEndedCredentials(ctx, machineId, kind)) >= max) throw noRoomToRotate(kind, max);
}

/** Where each host brings a key of its own, all of them live at once beside what the machine has. */
async function requireHosts(ctx: Ctx, machineId: string, hosts: number, max: number): Promise<void> {
  const refused = (message: string) =>
    new Refusal(hosts === 0 ? "conflict" : "limit_reached", message, { field: "handsOver" });
  if (hosts === 0) {
    throw refused(
      "No host was connected with this key in those days, so none would bring a new one. Paste the public half of a new pair instead.",
    );
  }
  const needed = hosts + (await countNotEndedCredentials(ctx, machineId, "Key"));
  if (needed <= max) return;
  const can = LIVE_CREDENTIALS_MAX.max;
  throw refused(
    `${formatQuantity(hosts, "host")} would each bring a key, which makes ${formatCount(needed)} live keys of this machine; the tenant allows ${max}. ${
      needed <= can
        ? `Allow ${formatCount(needed)} in the tenant’s limits first, or paste one public key for all of them.`
        : `A tenant can allow ${can} at the most: paste one public key for all of them, or use several machines.`
    }`,
  );
}

type Giving = { readonly old: Old; readonly endsAt: Date; readonly limits: Limits };

/**
 * Lets a key give way to keys that its hosts bring. Until the first is there the old one keeps the end that it has.
 * @throws Refusal at `handsOver`: `conflict` when no host is known, `limit_reached` when the tenant allows fewer keys than they bring
 */
async function awaitKeys(
  ctx: Ctx,
  { machineId, credentialId, retirement, seenDays, expiresAt }: RotateCredentialInput,
  { old, endsAt, limits }: Giving,
): Promise<Rotated> {
  const { tenantId } = ctx.actor;
  if (!(await lockCredential(ctx, tenantId, credentialId))) throw hasEnded(old.kind);
  if (expiresAt) checkedExpiry(expiresAt, limits, ctx.now);
  requireOutlives(expiresAt, endsAt);
  const { rotationId, knownHosts } = await startRotation(ctx, {
    machineId,
    kind: "Key",
    fromCredentialId: credentialId,
    toCredentialId: null,
    keysExpireAt: expiresAt,
    retiresWhenMoved: retirement === "moved",
    seenDays,
    latestEnd: endsAt,
    previousEnd: old.expiresAt,
    handsOver: true,
    value: null,
  });
  await requireHosts(ctx, machineId, knownHosts, limits.liveCredentialsMax);
  await signal(ctx.db, [
    { kind: "terms", tenantId, machineId },
    { kind: "page", tenantId },
  ]);
  return { rotationId, successorId: null, endsAt, secret: null, key: null };
}

/**
 * Lets a live secret or key give way to a new one of its name, for the same addresses: in one transaction the new one is issued and the old one gets its end, so that
 * there is always one that works. What hangs on the old one goes on until then. A key that is handed over gives way to those that its hosts bring.
 * @returns the new secret with its value, which is shown only now, or the new key; without the secret where it is handed over and not asked for
 * @throws Refusal `not_found`, `gone` when it has ended, `conflict` when it is part of an open rotation, `limit_reached` when the machine has no
 *   room for two, `invalid` at the field that is wrong
 */
export async function rotateCredential(ctx: Ctx, input: RotateCredentialInput): Promise<Rotated> {
  allow(ctx.actor, "credentials.rotate");
  const { machineId, credentialId, retirement, seenDays, publicKey } = input;
  const { tenantId } = ctx.actor;
  const machine = await lockMachine(ctx, machineId);
  const old = await liveOne(ctx, input);
  await requireNoRotation(ctx, credentialId);
  const limits = await getLimits(ctx);
  const endsAt = retiresAt(input, old.expiresAt, limits, ctx.now);
  if (old.kind === "Key" && publicKey === null && input.handsOver && endsAt > ctx.now) {
    return awaitKeys(ctx, input, { old, endsAt, limits });
  }
  if (!(await moveEnd(ctx, { tenantId, credentialId }, endsAt))) throw hasEnded(old.kind);
  await requireRoom(ctx, machineId, old.kind, limits.liveCredentialsMax);
  const { name, allowedAddresses } = old;
  const wanted = { machineId, name, allowedAddresses, expiresAt: input.expiresAt };
  const of = { machineName: machine.name, clientId: machine.clientId };
  if (old.kind === "Key" && publicKey === null) {
    throw new Refusal("invalid", "Paste a public key.", { field: "publicKey" });
  }
  const secret = old.kind === "Secret" ? { ...of, ...(await issueSecret(ctx, wanted)) } : null;
  const key = secret ? null : { ...of, ...(await storeKey(ctx, { ...wanted, publicKey: publicKey ?? "" })) };
  requireOutlives(secret ? secret.expiresAt : input.expiresAt, endsAt);
  const isOver = endsAt <= ctx.now;
  // An API client has no hosts that could fetch it.
  const handsOver = input.handsOver && !isOver && secret !== null && !machine.isApiClient;
  const successorId = secret?.secretId ?? key?.keyId ?? "";
  const { rotationId } = await startRotation(ctx, {
    machineId,
    kind: old.kind,
    fromCredentialId: credentialId,
    toCredentialId: successorId,
    keysExpireAt: null,
    retiresWhenMoved: retirement === "moved",
    seenDays,
    latestEnd: endsAt,
    previousEnd: old.expiresAt,
    handsOver,
    value: secret?.clientSecret ?? null,
  });
  if (isOver) await endRotations(ctx, tenantId, { id: rotationId }, "ended_now");
  await signal(ctx.db, [
    { kind: "terms", tenantId, machineId },
    { kind: "page", tenantId },
  ]);
  return { rotationId, successorId, endsAt, secret: input.isShown || !handsOver ? secret : null, key };
}
