import type { Ctx } from "@/lib/ctx";
import type { OverviewFigures, SecretFigure } from "@/lib/fleet/schema";
import { Prisma } from "@/lib/generated/prisma/client";
import { COUNTED_MAX } from "@/lib/pages";
import { readSilentSince } from "@/lib/sessions/queries";
import { hostKey } from "@/lib/sessions/rules";
import { IS_BUSY } from "./host-conditions";
import { hasOneSecret, type Idleness, IS_OF_ROBOTS, idleSecrets } from "./secret-conditions";

/** @returns how many secrets are idle and on how many machines, so far as they are counted */
async function countIdle(ctx: Ctx, idleness: Idleness): Promise<SecretFigure> {
  const [counts] = await ctx.db.$queryRaw<SecretFigure[]>`
    SELECT count(*)::int AS secrets, count(DISTINCT machine_id)::int AS machines
      FROM (${idleSecrets(ctx.actor.tenantId, idleness, ctx.now)} LIMIT ${COUNTED_MAX + 1}) AS counted`;
  const { secrets, machines } = counts ?? { secrets: 0, machines: 0 };
  return { secrets, machines: secrets > COUNTED_MAX ? null : machines };
}

type HostCounts = OverviewFigures["hosts"];

/**
 * @param disconnectedMax so far those that are gone are counted; all are where nothing is said
 * @param host the name of those that are counted; all are where there is none
 * @returns how many hosts of the list of robots are in which state, by the rule that the list knows it by
 */
export async function countHosts(ctx: Ctx, disconnectedMax?: number, host?: string): Promise<HostCounts> {
  const { tenantId } = ctx.actor;
  const silent = await readSilentSince(ctx);
  const named = host === undefined ? Prisma.empty : Prisma.sql`AND host_key = ${hostKey(host)}`;
  const [counts] = await ctx.db.$queryRaw<HostCounts[]>`
    SELECT count(*) FILTER (WHERE is_alive AND NOT is_busy)::int AS "Available",
           count(*) FILTER (WHERE is_alive AND is_busy)::int AS "Busy",
           count(*) FILTER (WHERE NOT is_alive)::int AS "Unresponsive",
           (SELECT count(*)::int FROM (
              SELECT FROM sessions WHERE tenant_id = ${tenantId}::uuid AND removed_at IS NULL AND ended_at IS NOT NULL ${named}
               LIMIT ${disconnectedMax ?? null}::bigint) AS ended) AS "Disconnected"
      FROM (SELECT heartbeat_at > ${silent} AS is_alive,
                   ${IS_BUSY} AS is_busy
              FROM sessions s WHERE s.tenant_id = ${tenantId}::uuid AND removed_at IS NULL AND ended_at IS NULL ${named}) host`;
  return counts ?? { Available: 0, Busy: 0, Unresponsive: 0, Disconnected: 0 };
}

type MachineCounts = { readonly all: number; readonly single: number };

async function countMachines(ctx: Ctx): Promise<MachineCounts> {
  const all = Prisma.sql`SELECT FROM machines m WHERE m.tenant_id = ${ctx.actor.tenantId}::uuid AND m.deleted_at IS NULL AND ${IS_OF_ROBOTS}`;
  const max = COUNTED_MAX + 1;
  const [counts] = await ctx.db.$queryRaw<MachineCounts[]>`
    SELECT (SELECT count(*)::int FROM (${all} LIMIT ${max}) AS counted) AS all,
           (SELECT count(*)::int FROM (${all} AND ${hasOneSecret(ctx.now)} LIMIT ${max}) AS counted) AS single`;
  return counts ?? { all: 0, single: 0 };
}

/** @returns what the overview counts, so far as it is counted; behind each figure is a list with the same filter */
export async function readOverview(ctx: Ctx): Promise<OverviewFigures> {
  const { tenantId } = ctx.actor;
  const [neverUsed, unused, hosts, machines, running, pending] = await Promise.all([
    countIdle(ctx, "neverUsed"),
    countIdle(ctx, "unused"),
    countHosts(ctx, COUNTED_MAX + 1),
    countMachines(ctx),
    ctx.db.job.count({ where: { tenantId, state: "Running" } }),
    ctx.db.job.count({ where: { tenantId, state: "Pending" } }),
  ]);
  return {
    machines: machines.all,
    hosts,
    jobs: { running, pending },
    neverUsed,
    unused,
    machinesWithOneSecret: machines.single,
  };
}
