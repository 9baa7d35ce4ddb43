import type { Ctx, Db, RobotActor, SharedStatement, Sql } from "@/lib/ctx";
import { folded } from "@/lib/fold";
import type { Prisma } from "@/lib/generated/prisma/client";
import { COUNTED_MAX, type Part, readPage, type Slice } from "@/lib/pages";
import { ON_HOST } from "./rules";
import {
  JOBS_A_PAGE,
  type JobCursor,
  type JobListQuery,
  type JobPage,
  type JobRow,
  type Json,
  type ProcessView,
  type RunningJob,
} from "./schema";

/** @returns how many processes the tenant has */
export async function countProcesses(ctx: Ctx): Promise<number> {
  return ctx.db.process.count({ where: { tenantId: ctx.actor.tenantId, deletedAt: null } });
}

/** @returns the tenant's processes by name; `after` is one */
export async function listProcesses(
  ctx: Ctx,
  { after, ...slice }: Slice<string> = {},
): Promise<ProcessView[]> {
  const rows = await ctx.db.process.findMany({
    where: {
      tenantId: ctx.actor.tenantId,
      deletedAt: null,
      ...(after !== undefined && { nameKey: { gt: folded(after) } }),
    },
    orderBy: [{ nameKey: "asc" }],
    ...slice,
    select: {
      id: true,
      name: true,
      description: true,
      runtimeType: true,
      defaultInput: true,
      createdAt: true,
      createdBy: { select: { email: true } },
      createdByClient: true,
    },
  });
  return rows.map(({ createdBy, createdByClient, defaultInput, ...row }) => ({
    ...row,
    defaultInput: defaultInput as Json,
    createdBy: createdBy?.email ?? createdByClient,
  }));
}

/** The columns a row of the list shows. */
export const JOB_ROW = {
  id: true,
  runtimeType: true,
  state: true,
  createdAt: true,
  startedAt: true,
  endedAt: true,
  progress: true,
  process: { select: { name: true } },
  createdBy: { select: { email: true } },
  createdByClient: true,
  session: { select: { hostName: true, credentialId: true, machine: { select: { name: true } } } },
} as const;

type Row = Omit<JobRow, "processName" | "createdBy" | "machineName" | "hostName"> & {
  readonly process: { readonly name: string };
  readonly createdBy: { readonly email: string } | null;
  readonly createdByClient: string | null;
  readonly session: {
    readonly hostName: string;
    readonly credentialId: string;
    readonly machine: { readonly name: string };
  } | null;
};

/** @returns the row as lists show it */
export function jobRow({ process, createdBy, createdByClient, session, ...row }: Row): JobRow {
  return {
    ...row,
    processName: process.name,
    createdBy: createdBy?.email ?? createdByClient,
    machineName: session?.machine.name ?? null,
    hostName: session?.hostName ?? null,
  };
}

/** The jobs behind one, in a direction of time. The first condition is the index's, the second is about those of one instant. */
function beyondJob({ createdAt, id }: JobCursor, isBackwards: boolean): Prisma.JobWhereInput {
  return isBackwards
    ? { createdAt: { gte: createdAt }, OR: [{ createdAt: { gt: createdAt } }, { id: { gt: id } }] }
    : { createdAt: { lte: createdAt }, OR: [{ createdAt: { lt: createdAt } }, { id: { lt: id } }] };
}

/**
 * One page of jobs, the newest first.
 * @param countedMax so far they are counted; more are `countedMax + 1`, and on pages that nobody counts
 */
export async function listJobs(
  ctx: Ctx,
  query: JobListQuery,
  countedMax = COUNTED_MAX,
  pageSize = JOBS_A_PAGE,
): Promise<JobPage> {
  const where = {
    tenantId: ctx.actor.tenantId,
    ...(query.state && { state: query.state }),
    ...(query.process && { processId: query.process }),
    ...(query.machine && { session: { machineId: query.machine } }),
  };
  const matching = await ctx.db.job.count({ where, take: countedMax + 1 });
  const pageCount = matching > countedMax ? null : Math.max(1, Math.ceil(matching / pageSize));
  const { rows, ...number } = await readPage(
    query,
    pageCount,
    pageSize,
    async ({ beyond, isBackwards, skip }: Part<JobCursor>) => {
      const order = isBackwards ? "asc" : "desc";
      const found = await ctx.db.job.findMany({
        where: { ...where, ...(beyond && beyondJob(beyond, isBackwards)) },
        orderBy: [{ createdAt: order }, { id: order }],
        skip,
        take: pageSize,
        select: JOB_ROW,
      });
      return isBackwards ? found.reverse() : found;
    },
  );
  return { rows: rows.map(jobRow), matching, ...number, pageCount };
}

/** @returns what a cut of these machines would stop, by host */
export async function listRunningJobs(
  ctx: Ctx,
  { machineIds }: { readonly machineIds: readonly string[] },
): Promise<RunningJob[]> {
  return running(ctx, { machineId: { in: [...machineIds] } });
}

/** @returns the same of one host */
export async function listJobsOfHost(
  ctx: Ctx,
  { sessionId }: { readonly sessionId: string },
): Promise<RunningJob[]> {
  return running(ctx, { id: sessionId });
}

/** @returns the same for every machine that leaves it to the tenant how its clients authenticate. */
export async function listFollowingJobs(ctx: Ctx): Promise<RunningJob[]> {
  return running(ctx, { machine: { clientAuthentication: null } });
}

async function running(ctx: Ctx, on: Prisma.SessionWhereInput): Promise<RunningJob[]> {
  const rows = await ctx.db.job.findMany({
    where: {
      tenantId: ctx.actor.tenantId,
      state: { in: [...ON_HOST] },
      session: { ...on, endedAt: null },
    },
    orderBy: [{ startedAt: "asc" }, { id: "asc" }],
    select: {
      id: true,
      sessionId: true,
      process: { select: { name: true } },
      session: { select: { hostName: true } },
    },
  });
  return rows.map(({ id, sessionId, process, session }) => ({
    jobId: id,
    sessionId: sessionId ?? "",
    processName: process.name,
    hostName: session?.hostName ?? "",
  }));
}

type Seeker = {
  readonly tenantId: string;
  readonly machineId: string;
  readonly sessionId: string;
  readonly hostKey: string;
  readonly claimId: string | null;
};

const MAY_CLAIM: SharedStatement<Seeker, boolean> = {
  name: "jobs_may_claim",
  text: `SELECT h.number::int FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[]) WITH ORDINALITY
                                   AS h(tenant_id, machine_id, session_id, host_key, claim_id, number)
          WHERE EXISTS (SELECT FROM jobs j WHERE j.tenant_id = h.tenant_id AND j.state = 'Pending'
                                             AND (j.target_machine_id IS NULL OR j.target_machine_id = h.machine_id)
                                             AND (j.target_host_key IS NULL OR j.target_host_key = h.host_key))
             OR EXISTS (SELECT FROM jobs j WHERE j.tenant_id = h.tenant_id AND j.session_id = h.session_id AND j.claim_id = h.claim_id)`,
  values: (seekers) => [
    seekers.map(({ tenantId }) => tenantId),
    seekers.map(({ machineId }) => machineId),
    seekers.map(({ sessionId }) => sessionId),
    seekers.map(({ hostKey }) => hostKey),
    seekers.map(({ claimId }) => claimId),
  ],
  answers: (rows: readonly { number: number }[], seekers) => {
    const found = new Set(rows.map(({ number }) => number));
    return seekers.map((_, index) => found.has(index + 1));
  },
  asker: ({ machineId }) => machineId,
};

/** @returns whether a claim may give the host a job: one waits that it may run, or was claimed under this key before */
export function mayClaim(
  { db, actor }: Ctx<RobotActor, Sql>,
  {
    sessionId,
    hostKey,
    claimId = null,
  }: { readonly sessionId: string; readonly hostKey: string; readonly claimId?: string | null | undefined },
): Promise<boolean> {
  const { tenantId, id: machineId } = actor;
  return db.ask(MAY_CLAIM, { tenantId, machineId, sessionId, hostKey, claimId });
}

/** @returns the sessions on which jobs run besides those that go on there */
export async function findLosing(
  db: Db,
  sessions: readonly {
    readonly tenantId: string;
    readonly sessionId: string;
    readonly kept: readonly string[];
  }[],
): Promise<ReadonlySet<string>> {
  if (sessions.length === 0) return new Set();
  const asked = sessions.map(({ tenantId, sessionId, kept }) => ({
    tenant_id: tenantId,
    id: sessionId,
    kept,
  }));
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT DISTINCT s.id FROM json_to_recordset(${JSON.stringify(asked)}::json) AS s(tenant_id uuid, id uuid, kept uuid[])
      JOIN jobs j ON j.session_id = s.id AND j.tenant_id = s.tenant_id
     WHERE j.state::text = ANY(${[...ON_HOST]}) AND j.id <> ALL (s.kept)`;
  return new Set(rows.map(({ id }) => id));
}
