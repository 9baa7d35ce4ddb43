import type { Ctx } from "@/lib/ctx";
import type { OverviewFigures } from "@/lib/fleet/schema";
import { readSilentSince } from "@/lib/sessions/queries";
import { hasSecrets, isLive, isUnused } from "./secret-conditions";

type SecretCounts = {
  readonly neverUsed: number;
  readonly neverUsedMachines: number;
  readonly unused: number;
  readonly unusedMachines: number;
};

async function countSecrets(ctx: Ctx): Promise<SecretCounts> {
  const unused = isUnused(ctx.now);
  const [counts] = await ctx.db.$queryRaw<SecretCounts[]>`
    SELECT count(*) FILTER (WHERE last_used_at IS NULL)::int AS "neverUsed",
           count(DISTINCT machine_id) FILTER (WHERE last_used_at IS NULL)::int AS "neverUsedMachines",
           count(*) FILTER (WHERE ${unused})::int AS unused,
           count(DISTINCT machine_id) FILTER (WHERE ${unused})::int AS "unusedMachines"
      FROM credentials c
     WHERE tenant_id = ${ctx.actor.tenantId}::uuid AND kind = 'Secret' AND ${isLive(ctx.now)}
       AND EXISTS (SELECT FROM machines m WHERE m.tenant_id = c.tenant_id AND m.id = c.machine_id AND m.deleted_at IS NULL)`;
  return counts ?? { neverUsed: 0, neverUsedMachines: 0, unused: 0, unusedMachines: 0 };
}

type HostCounts = OverviewFigures["hosts"];

/** @returns how many hosts of the list of robots are in which state, by the rule that the list knows it by */
export async function countHosts(ctx: Ctx): Promise<HostCounts> {
  const silent = await readSilentSince(ctx);
  const [counts] = await ctx.db.$queryRaw<HostCounts[]>`
    SELECT count(*) FILTER (WHERE is_open AND is_alive AND NOT is_busy)::int AS "Available",
           count(*) FILTER (WHERE is_open AND is_alive AND is_busy)::int AS "Busy",
           count(*) FILTER (WHERE is_open AND NOT is_alive)::int AS "Unresponsive",
           count(*) FILTER (WHERE NOT is_open)::int AS "Disconnected"
      FROM (SELECT ended_at IS NULL AS is_open, heartbeat_at > ${silent} AS is_alive,
                   is_busy OR EXISTS (SELECT FROM jobs j WHERE j.tenant_id = s.tenant_id AND j.session_id = s.id
                                       AND j.state IN ('Running', 'Stopping', 'Terminating')) AS is_busy
              FROM sessions s WHERE s.tenant_id = ${ctx.actor.tenantId}::uuid AND removed_at IS NULL) host`;
  return counts ?? { Available: 0, Busy: 0, Unresponsive: 0, Disconnected: 0 };
}

type MachineCounts = { readonly all: number; readonly single: number };

async function countMachines(ctx: Ctx): Promise<MachineCounts> {
  const [counts] = await ctx.db.$queryRaw<MachineCounts[]>`
    SELECT count(*)::int AS all, count(*) FILTER (WHERE ${hasSecrets("single", ctx.now)})::int AS single
      FROM machines m WHERE m.tenant_id = ${ctx.actor.tenantId}::uuid AND m.deleted_at IS NULL`;
  return counts ?? { all: 0, single: 0 };
}

/** @returns what the overview counts; behind each figure is a list with the same filter */
export async function readOverview(ctx: Ctx): Promise<OverviewFigures> {
  const { tenantId } = ctx.actor;
  const [secrets, hosts, machines, running, pending] = await Promise.all([
    countSecrets(ctx),
    countHosts(ctx),
    countMachines(ctx),
    ctx.db.job.count({ where: { tenantId, state: "Running" } }),
    ctx.db.job.count({ where: { tenantId, state: "Pending" } }),
  ]);
  return {
    machines: machines.all,
    hosts,
    jobs: { running, pending },
    neverUsed: { secrets: secrets.neverUsed, machines: secrets.neverUsedMachines },
    unused: { secrets: secrets.unused, machines: secrets.unusedMachines },
    machinesWithOneSecret: machines.single,
  };
}
