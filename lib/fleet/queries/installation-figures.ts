import type { Ctx, SystemActor } from "@/lib/ctx";
import type { InstallationFigures } from "@/lib/fleet/schema";
import { isEnded } from "@/lib/jobs/rules";
import type { JobState } from "@/lib/jobs/schema";
import { readSilentSince } from "@/lib/sessions/queries";
import { addSeconds, DAY_SECONDS } from "@/lib/time";
import { IS_BUSY } from "./host-conditions";

/** Credentials that end later are not counted. */
export const COUNTED_DAYS = 90;

async function countConnected(ctx: Ctx<SystemActor>): Promise<InstallationFigures["hosts"]> {
  const silent = await readSilentSince(ctx);
  const [counts] = await ctx.db.$queryRaw<InstallationFigures["hosts"][]>`
    SELECT count(*) FILTER (WHERE is_alive AND NOT is_busy)::int AS "Available",
           count(*) FILTER (WHERE is_alive AND is_busy)::int AS "Busy",
           count(*) FILTER (WHERE NOT is_alive)::int AS "Unresponsive"
      FROM (SELECT heartbeat_at > ${silent} AS is_alive, ${IS_BUSY} AS is_busy
              FROM sessions s WHERE removed_at IS NULL AND ended_at IS NULL) host`;
  return counts ?? { Available: 0, Busy: 0, Unresponsive: 0 };
}

type StateCount = { readonly state: JobState; readonly open: number; readonly ofDay: number };

/** Each tenant's, from the index that begins with it: of those that are over only the last day's are looked at. */
function countJobs({ db, now }: Ctx<SystemActor>): Promise<StateCount[]> {
  return db.$queryRaw<StateCount[]>`
    SELECT known.state::text, COALESCE(sum(open.count), 0)::int AS open, COALESCE(sum(day.count), 0)::int AS "ofDay"
      FROM unnest(enum_range(NULL::"JobState")) AS known(state) LEFT JOIN tenants t ON true
      CROSS JOIN LATERAL (
        SELECT count(*) FROM jobs j WHERE j.tenant_id = t.id AND j.state = known.state
           AND known.state IN ('Pending', 'Running', 'Stopping', 'Terminating')) AS open
      CROSS JOIN LATERAL (
        SELECT count(*) FROM jobs j WHERE j.tenant_id = t.id AND j.state = known.state
           AND j.created_at > ${addSeconds(now, -DAY_SECONDS)}) AS day
     GROUP BY known.state ORDER BY known.state`;
}

/** From the index of those that will end, or have just. */
function countEnding({ db, now }: Ctx<SystemActor>): Promise<InstallationFigures["credentials"]> {
  return db.$queryRaw<InstallationFigures["credentials"]>`
    SELECT ceil(extract(epoch FROM expires_at - ${now}::timestamptz) / ${DAY_SECONDS})::int AS days, count(*)::int
      FROM credentials
     WHERE expires_at > ${now} AND expires_at <= ${addSeconds(now, COUNTED_DAYS * DAY_SECONDS)}
       AND expiry_cut_at IS NULL AND revoked_at IS NULL AND disabled_at IS NULL
     GROUP BY days`;
}

/** Those for a webhook that is off wait for a person, and are not counted. */
function countWaiting({ db }: Ctx<SystemActor>): Promise<InstallationFigures["deliveries"]> {
  return db.$queryRaw<InstallationFigures["deliveries"]>`
    SELECT CASE WHEN d.webhook_id IS NULL THEN 'mail' ELSE 'webhook' END AS channel, count(*)::int,
           min(d.created_at) AS oldest
      FROM deliveries d LEFT JOIN webhooks w ON w.id = d.webhook_id AND w.tenant_id = d.tenant_id
     WHERE d.state = 'waiting' AND w.off_since IS NULL
     GROUP BY channel`;
}

/** @returns what programs that watch are told of the tables: totals of the installation, and nothing by which a tenant could be known */
export async function readInstallationFigures(ctx: Ctx<SystemActor>): Promise<InstallationFigures> {
  const hosts = await countConnected(ctx);
  const states = await countJobs(ctx);
  const credentials = await countEnding(ctx);
  const deliveries = await countWaiting(ctx);
  return {
    hosts,
    openJobs: states
      .filter(({ state }) => !isEnded(state))
      .map(({ state, open: count }) => ({ state, count })),
    jobsOfDay: states.map(({ state, ofDay: count }) => ({ state, count })),
    credentials,
    deliveries,
  };
}
