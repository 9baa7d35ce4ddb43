import { encrypterTo, sealed } from "@/lib/age";
import { issueSecrets } from "@/lib/credentials/commands/issue-secret";
import { lockCredentialsOf, moveEnds } from "@/lib/credentials/commands/move-end";
import { whereLive } from "@/lib/credentials/conditions";
import { checkedExpiry } from "@/lib/credentials/expiry";
import { countNotEndedByMachine } from "@/lib/credentials/queries";
import type { Ctx } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { getLimits } from "@/lib/limits/queries";
import type { Limits } from "@/lib/limits/schema";
import type { ChosenMachine } from "@/lib/machines/queries";
import { problemOf } from "@/lib/machines/rules";
import { allow } from "@/lib/permissions";
import { endRotations } from "@/lib/rotations/commands/end-rotations";
import { refuseInRotation, startRotations } from "@/lib/rotations/commands/start-rotation";
import { noRoomToRotate, requireOutlives, retiresAt } from "@/lib/rotations/rules";
import { signal } from "@/lib/signals";
import { missingLine, type SecretLine } from "./add-secrets";
import { inSets, lockChosen } from "./chosen-machines";
import type { RotateMachinesInput } from "./schema";
import { readHanging, requireShown } from "./shown-cut";

/** A client secret of many that was to give way to a new one. */
export type RotatedLine = SecretLine & {
  /** Null where the machine has none that lives. */
  readonly credentialId: string | null;
  readonly rotation: {
    readonly rotationId: string;
    readonly successorId: string;
    readonly endsAt: Date;
  } | null;
};

export type RotatedMachines = {
  readonly results: readonly RotatedLine[];
  /** Live keys are left: a new one is pasted, or brought by a host. */
  readonly keysLeft: { readonly count: number; readonly machines: readonly string[] };
  readonly encrypted: string | null;
};

type Old = {
  readonly id: string;
  readonly machineId: string;
  readonly name: string;
  readonly expiresAt: Date | null;
  readonly allowedAddresses: readonly string[];
};

type Giving = { readonly old: Old; readonly endsAt: Date };

const NAMED_MAX = 100;

const liveOf = (ctx: Ctx, machineIds: readonly string[]) => ({
  tenantId: ctx.actor.tenantId,
  machineId: { in: [...machineIds] },
  ...whereLive(ctx.now),
});

/** @returns for each secret in turn the end that it gets, or why it cannot give way */
async function foreseen(
  ctx: Ctx,
  input: RotateMachinesInput,
  olds: readonly Old[],
  limits: Limits,
): Promise<(Giving | Refusal)[]> {
  const expiresAt = checkedExpiry(input.expiresAt, limits, ctx.now);
  const inRotation = await refuseInRotation(
    ctx,
    olds.map(({ id }) => id),
  );
  const counts = await countNotEndedByMachine(ctx, [...new Set(olds.map((old) => old.machineId))], "Secret");
  return olds.map((old) => {
    const refusal = inRotation.get(old.id);
    if (refusal) return refusal;
    try {
      const endsAt = retiresAt(input, old.expiresAt, limits, ctx.now);
      requireOutlives(expiresAt, endsAt);
      if (endsAt <= ctx.now) return { old, endsAt };
      // Until then both live.
      const count = counts.get(old.machineId) ?? 0;
      if (count >= limits.liveCredentialsMax) return noRoomToRotate("Secret", limits.liveCredentialsMax);
      counts.set(old.machineId, count + 1);
      return { old, endsAt };
    } catch (error) {
      if (error instanceof Refusal) return error;
      throw error;
    }
  });
}

/** Lets secrets give way that can; a few statements however many. @returns for each in turn the rotation and the new secret */
async function giveWay(ctx: Ctx, input: RotateMachinesInput, all: readonly Giving[]) {
  // Few: one that ends by itself before the others keeps its own end.
  const earlier = all.filter(({ old, endsAt }) => old.expiresAt?.getTime() !== endsAt.getTime());
  for (const end of new Set(earlier.map(({ endsAt }) => endsAt.getTime()))) {
    const these = earlier.filter(({ endsAt }) => endsAt.getTime() === end);
    await moveEnds(
      ctx,
      these.map(({ old }) => old.id),
      new Date(end),
    );
  }
  const issued = await issueSecrets(
    ctx,
    all.map(({ old: { machineId, name, allowedAddresses } }) => ({
      machineId,
      name,
      allowedAddresses,
      expiresAt: input.expiresAt,
    })),
  );
  const pairs = all.map((giving, index) => {
    const secret = issued[index];
    if (!secret || secret instanceof Refusal) throw secret ?? new Error("no secret was issued");
    const isOver = giving.endsAt <= ctx.now;
    return { ...giving, secret, isOver, handsOver: input.handsOver && !isOver };
  });
  const { started } = await startRotations(
    ctx,
    pairs.map(({ old, endsAt, secret, handsOver }) => ({
      machineId: old.machineId,
      kind: "Secret" as const,
      fromCredentialId: old.id,
      toCredentialId: secret.secretId,
      keysExpireAt: null,
      retiresWhenMoved: input.retirement === "moved",
      seenDays: input.seenDays,
      latestEnd: endsAt,
      previousEnd: old.expiresAt,
      handsOver,
      value: secret.clientSecret,
    })),
  );
  const done = pairs.map((pair, index) => ({ ...pair, rotationId: started[index]?.rotationId ?? "" }));
  const over = done.filter(({ isOver }) => isOver).map(({ rotationId }) => rotationId);
  if (over.length > 0) await endRotations(ctx, ctx.actor.tenantId, { id: { in: over } }, "ended_now");
  return done;
}

async function rotateSet(
  ctx: Ctx,
  input: RotateMachinesInput,
  machines: readonly ChosenMachine[],
  limits: Limits,
): Promise<RotatedLine[]> {
  const machineIds = machines.map(({ id }) => id);
  const olds = await ctx.db.credential.findMany({
    where: { ...liveOf(ctx, machineIds), kind: "Secret" },
    orderBy: [{ machineId: "asc" }, { createdAt: "asc" }, { id: "asc" }],
    select: { id: true, machineId: true, name: true, expiresAt: true, allowedAddresses: true },
  });
  const outcomes = await foreseen(ctx, input, olds, limits);
  const giving = outcomes.flatMap((one) => (one instanceof Refusal ? [] : [one]));
  const doneOf = new Map((await giveWay(ctx, input, giving)).map((one) => [one.old.id, one]));
  const refusalOf = new Map(olds.map(({ id }, index) => [id, outcomes[index]]));
  const lineOf = ({ name, clientId }: ChosenMachine, { id, machineId }: Old): RotatedLine => {
    const done = doneOf.get(id);
    const refusal = refusalOf.get(id);
    const line = { machineId, name, credentialId: id };
    if (!done) {
      const problem = refusal instanceof Refusal ? problemOf(refusal) : null;
      return { ...line, problem, rotation: null, secret: null };
    }
    const { rotationId, endsAt, handsOver } = done;
    const secret = { ...done.secret, machineId, machineName: name, clientId, replaces: id };
    return {
      ...line,
      problem: null,
      rotation: { rotationId, successorId: secret.secretId, endsAt },
      secret: input.isShown || !handsOver ? secret : null,
    };
  };
  const byMachine = new Map(machines.map(({ id }) => [id, [] as Old[]]));
  for (const old of olds) byMachine.get(old.machineId)?.push(old);
  return machines.flatMap((machine): RotatedLine[] => {
    const own = byMachine.get(machine.id) ?? [];
    if (own.length > 0) return own.map((old) => lineOf(machine, old));
    const { id: machineId, name } = machine;
    return [
      {
        machineId,
        name,
        credentialId: null,
        problem: problemOf(nothingLives()),
        rotation: null,
        secret: null,
      },
    ];
  });
}

const nothingLives = () => new Refusal("gone", "This machine has no live client secret.");

/** Keys that live on these machines. */
async function keysOf(ctx: Ctx, machines: readonly ChosenMachine[]): Promise<RotatedMachines["keysLeft"]> {
  const sets = await inSets(machines, (set) =>
    ctx.db.credential.groupBy({
      by: ["machineId"],
      where: {
        ...liveOf(
          ctx,
          set.map(({ id }) => id),
        ),
        kind: "Key",
      },
      _count: true,
    }),
  );
  const counts = new Map(sets.flat().map(({ machineId, _count: count }) => [machineId, count]));
  const names = machines.filter(({ id }) => counts.has(id)).map(({ name }) => name);
  return {
    count: [...counts.values()].reduce((sum, count) => sum + count, 0),
    machines: names.toSorted((one, other) => one.localeCompare(other)).slice(0, NAMED_MAX),
  };
}

/**
 * Lets every live client secret of chosen machines give way to a new one of its name, as `rotateCredential` does with one. One that cannot is told
 * so, and the others are done; keys are left.
 * @returns a line for each secret, by machine; with a recipient the new ones' values are in the encrypted file alone
 * @throws Refusal as `lockChosen` and `requireShown` do; `invalid` at `expiresAt` or `recipient`
 */
export async function rotateMachines(ctx: Ctx, input: RotateMachinesInput): Promise<RotatedMachines> {
  allow(ctx.actor, "credentials.rotate");
  const { tenantId } = ctx.actor;
  const encrypt = input.recipient === null ? null : encrypterTo(input.recipient);
  const { machines, missing } = await lockChosen(ctx, input);
  const machineIds = machines.map(({ id }) => id);
  await lockCredentialsOf(ctx, machineIds);
  // What hangs on a secret that ends later is cut by nobody now. While the machines are held no host connects.
  const isNow = input.retirement === "now";
  const { hosts, jobs } = isNow ? await readHanging(ctx, machineIds, "on secrets") : { hosts: [], jobs: [] };
  await requireShown(ctx, input.preview, { machines, hosts, jobIds: jobs.map(({ id }) => id) });
  const keysLeft = await keysOf(ctx, machines);
  const limits = await getLimits(ctx);
  const lines = await inSets(machines, (set) => rotateSet(ctx, input, set, limits));
  await signal(ctx.db, [
    ...machineIds.map((machineId) => ({ kind: "terms" as const, tenantId, machineId })),
    { kind: "page", tenantId },
  ]);
  const left = missing.map((id) => ({ ...missingLine(id), credentialId: null, rotation: null }));
  return { keysLeft, ...(await sealed([...lines.flat(), ...left], "secret", encrypt)) };
}
