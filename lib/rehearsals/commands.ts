import { allowOn } from "@/lib/api-clients/gate";
import { record, recordAll } from "@/lib/audit/commands";
import { isLive } from "@/lib/credentials/conditions";
import type { Actor, Ctx, SystemActor, UserActor } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import type { Prisma } from "@/lib/generated/prisma/client";
import { clientNameOf, personIdOf } from "@/lib/permissions";
import { signal } from "@/lib/signals";
import { addSeconds, DAY_SECONDS, MINUTE_SECONDS } from "@/lib/time";
import { uuid7 } from "@/lib/uuid";
import {
  type CancelRehearsalInput,
  REHEARSAL_DAYS_MAX,
  type RehearsalOutcome,
  type RehearseDeletionInput,
} from "./schema";

const CLOCK_SLACK_SECONDS = 5 * MINUTE_SECONDS;

/** @throws Refusal `invalid` at `endsAt` when it is past or too far away */
function checkedEnd(endsAt: Date, now: Date): Date {
  if (endsAt <= now) throw new Refusal("invalid", "Choose a time in the future.", { field: "endsAt" });
  const latest = addSeconds(now, REHEARSAL_DAYS_MAX * DAY_SECONDS);
  if (endsAt <= latest) return endsAt;
  // A form counts from its own moment, which is a little before or after this one.
  if (endsAt <= addSeconds(latest, CLOCK_SLACK_SECONDS)) return latest;
  throw new Refusal(
    "invalid",
    `A rehearsal lasts ${REHEARSAL_DAYS_MAX} days at the most. Choose an earlier time.`,
    { field: "endsAt" },
  );
}

type Started = { readonly tenantId: string } & RehearseDeletionInput;

/**
 * The write asks whether the credential is live, under a share lock that its deletion waits for: it is either refused, or there for
 * the deletion to end.
 * @returns whether it was written
 */
async function write(ctx: Ctx<Actor>, { tenantId, machineId, credentialId, endsAt }: Started) {
  const [startedBy, client] = [personIdOf(ctx.actor), clientNameOf(ctx.actor)];
  const count = await ctx.db.$executeRaw`
    WITH machine AS MATERIALIZED (
      SELECT id FROM machines WHERE id = ${machineId}::uuid AND tenant_id = ${tenantId}::uuid AND deleted_at IS NULL
         FOR KEY SHARE),
    standing AS MATERIALIZED (
      SELECT id FROM credentials
       WHERE id = ${credentialId} AND tenant_id = ${tenantId}::uuid AND machine_id = (SELECT id FROM machine)
         AND ${isLive(ctx.now)}
         FOR SHARE)
    INSERT INTO rehearsals (id, tenant_id, machine_id, credential_id, started_at, started_by_id, started_by_client, ends_at, told_at)
    SELECT ${uuid7(ctx.now)}::uuid, ${tenantId}::uuid, ${machineId}::uuid, standing.id, ${ctx.now}, ${startedBy}::uuid, ${client}::text,
           ${endsAt}, ${ctx.now}
      FROM standing
        ON CONFLICT (credential_id) WHERE ended_at IS NULL DO NOTHING`;
  return count === 1;
}

/**
 * Begins to rehearse the deletion of a live credential: everything is granted as before, and whatever the deletion would have cut is
 * named until `endsAt`. A person does it in their own tenant, or Latchkey itself when a leak was reported.
 * @throws Refusal `invalid` at `endsAt`; `gone` when the credential is not live; `conflict` when it is rehearsed already
 */
export async function startRehearsal(ctx: Ctx<UserActor | SystemActor>, input: Started): Promise<null> {
  const { tenantId, machineId, credentialId } = input;
  await allowOn(ctx, "credentials.rehearse", machineId, tenantId);
  const endsAt = checkedEnd(input.endsAt, ctx.now);
  await endRanOut(ctx, { tenantId, credentialId });
  if (!(await write(ctx, { tenantId, machineId, credentialId, endsAt }))) {
    const where = { tenantId, machineId, credentialId, endedAt: null };
    const other = await ctx.db.rehearsal.findFirst({ where, select: { id: true } });
    throw other
      ? new Refusal("conflict", "Its deletion is rehearsed already.")
      : new Refusal("gone", "Only what is live can be rehearsed: nobody can use this one any more.");
  }
  const event = { type: "credential.rehearsal_started", machineId, credentialId, endsAt } as const;
  await record(ctx, [event], tenantId);
  await signal(ctx.db, [{ kind: "page", tenantId }]);
  return null;
}

/** Ends those that are open: the write is its own guard. Whom people were told of is forgotten. @returns how many */
async function end(ctx: Ctx<Actor>, open: Prisma.RehearsalWhereInput, outcome: RehearsalOutcome) {
  const ended = await ctx.db.rehearsal.updateManyAndReturn({
    where: { ...open, endedAt: null },
    data: { endedAt: ctx.now, outcome },
    select: { id: true, tenantId: true, machineId: true, credentialId: true },
  });
  if (ended.length === 0) return 0;
  const tenantIds = [...new Set(ended.map(({ tenantId }) => tenantId))];
  await ctx.db.rehearsalTold.deleteMany({
    where: { tenantId: { in: tenantIds }, rehearsalId: { in: ended.map(({ id }) => id) } },
  });
  const { actor, now } = ctx;
  await recordAll(
    ctx.db,
    ended.map(({ tenantId, machineId, credentialId }) => {
      const event = { type: "credential.rehearsal_ended", machineId, credentialId, outcome } as const;
      return { actor, now, event, tenantId };
    }),
  );
  await signal(
    ctx.db,
    tenantIds.map((tenantId) => ({ kind: "page", tenantId }) as const),
  );
  return ended.length;
}

/**
 * Ends a rehearsal before its time; the credential goes on as if there had been none.
 * @throws Refusal `gone` when it has ended, `not_found` when the machine has no such rehearsal
 */
export async function cancelRehearsal(
  ctx: Ctx,
  { machineId, rehearsalId }: CancelRehearsalInput,
): Promise<null> {
  await allowOn(ctx, "credentials.rehearse", machineId);
  const which = { id: rehearsalId, machineId, tenantId: ctx.actor.tenantId };
  if ((await end(ctx, { ...which, endsAt: { gt: ctx.now } }, "cancelled")) === 1) return null;
  throw (await ctx.db.rehearsal.count({ where: which })) > 0
    ? new Refusal("gone", "This rehearsal has ended already.")
    : new Refusal("not_found", "There is no such rehearsal.");
}

/** Notes which rehearsals ran out, in all tenants; that their time is over holds from the instant they name, whoever looks. */
export async function endRanOut(ctx: Ctx<Actor>, of: Prisma.RehearsalWhereInput = {}): Promise<void> {
  await end(ctx, { ...of, endsAt: { lte: ctx.now } }, "ran_out");
}

/** Ends the rehearsals of credentials that were deleted or have expired, in the transaction of that deed. */
export async function endRehearsalsOf(
  ctx: Ctx<Actor>,
  tenantIds: readonly string[],
  of: { readonly credentialIds: readonly string[] } | { readonly machineIds: readonly string[] },
): Promise<void> {
  const these =
    "credentialIds" in of
      ? { credentialId: { in: [...of.credentialIds] } }
      : { machineId: { in: [...of.machineIds] } };
  await end(ctx, { tenantId: { in: [...tenantIds] }, ...these, endsAt: { gt: ctx.now } }, "deleted");
}

/** How long people are told nothing more of a rehearsal after they were told: what comes together is told together. */
const TELL_EVERY_SECONDS = MINUTE_SECONDS;
const TOLD_AT_ONCE = 100;

/** A rehearsal of which people may be told now. */
export type DueRehearsal = {
  readonly id: string;
  readonly tenantId: string;
  readonly machineId: string;
  readonly credentialId: string;
  readonly startedAt: Date;
};

/** @returns the rehearsals that go on and of which people were not told for a minute; of several processes one gets each */
export async function takeDueRehearsals(ctx: Ctx<SystemActor>): Promise<DueRehearsal[]> {
  return ctx.db.rehearsal.updateManyAndReturn({
    where: {
      endedAt: null,
      endsAt: { gt: ctx.now },
      toldAt: { lte: addSeconds(ctx.now, -TELL_EVERY_SECONDS) },
    },
    data: { toldAt: ctx.now },
    limit: TOLD_AT_ONCE,
    select: { id: true, tenantId: true, machineId: true, credentialId: true, startedAt: true },
  });
}

/**
 * Notes whom people are told of, so that each is told once.
 * @param who hosts as their names are compared, and addresses
 * @returns those that they were not told of
 */
export async function noteTold(
  ctx: Ctx<SystemActor>,
  { id, tenantId }: Pick<DueRehearsal, "id" | "tenantId">,
  who: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await ctx.db.$queryRaw<{ who: string }[]>`
    INSERT INTO rehearsals_told (tenant_id, rehearsal_id, who)
    SELECT ${tenantId}::uuid, ${id}::uuid, each FROM unnest(${[...who]}::text[]) AS each
        ON CONFLICT DO NOTHING RETURNING who`;
  return new Set(rows.map((row) => row.who));
}
