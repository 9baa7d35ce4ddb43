import type { Actor, Ctx } from "@/lib/ctx";
import type { RehearsalReport, RehearsedHost, RehearsedJob } from "@/lib/fleet/schema";
import type { NamedCredential } from "@/lib/notifications/schema";
import { listRehearsals } from "@/lib/rehearsals/queries";

/** How many hosts and addresses a page names; the others are counted. */
const NAMED_ON_PAGE = 100;

/** A rehearsal, as far as it matters for what happens in it. */
export type Rehearsed = {
  readonly tenantId: string;
  readonly credentialId: string;
  readonly startedAt: Date;
};

type Counted<T> = { readonly rows: readonly T[]; readonly count: number };

const counted = <T extends { readonly total: number }>(rows: readonly T[]): Counted<Omit<T, "total">> => ({
  rows: rows.map(({ total: _total, ...row }) => row),
  count: rows[0]?.total ?? 0,
});

/**
 * @param max so many are listed, those that were seen last
 * @returns the hosts that were heard with the credential since the rehearsal began, and how many they are
 */
export async function listRehearsedHosts(
  ctx: Ctx<Actor>,
  { tenantId, credentialId, startedAt }: Rehearsed,
  max: number,
): Promise<Counted<RehearsedHost>> {
  const rows = await ctx.db.$queryRaw<(RehearsedHost & { readonly total: number })[]>`
    SELECT host_key AS "hostKey", (array_agg(host_name ORDER BY heartbeat_at DESC))[1] AS "hostName",
           (array_agg(address ORDER BY heartbeat_at DESC))[1] AS address, max(heartbeat_at) AS "lastSeenAt",
           array_agg(id::text) AS "sessionIds", (count(*) OVER ())::int AS total
      FROM sessions
     WHERE tenant_id = ${tenantId}::uuid AND credential_id = ${credentialId} AND heartbeat_at >= ${startedAt}
       AND (ended_at IS NULL OR ended_at >= ${startedAt})
     GROUP BY host_key ORDER BY "lastSeenAt" DESC, host_key LIMIT ${max}`;
  return counted(rows);
}

/** @returns the addresses from which tokens were bought with the credential since the rehearsal began, and how many they are */
export async function listRehearsedAddresses(
  ctx: Ctx<Actor>,
  { tenantId, credentialId, startedAt }: Rehearsed,
  max: number,
): Promise<Counted<{ readonly address: string; readonly lastAt: Date }>> {
  type Row = { readonly address: string; readonly lastAt: Date; readonly total: number };
  const rows = await ctx.db.$queryRaw<Row[]>`
    SELECT address, last_at AS "lastAt", (count(*) OVER ())::int AS total
      FROM credential_uses
     WHERE tenant_id = ${tenantId}::uuid AND credential_id = ${credentialId} AND last_at >= ${startedAt} AND address <> ''
     ORDER BY last_at DESC, address LIMIT ${max}`;
  return counted(rows);
}

/** @returns the jobs that are on the hosts of these sessions now */
export async function listRehearsedJobs(
  ctx: Ctx<Actor>,
  { tenantId, sessionIds }: { readonly tenantId: string; readonly sessionIds: readonly string[] },
): Promise<RehearsedJob[]> {
  return ctx.db.$queryRaw<RehearsedJob[]>`
    SELECT j.id, j.session_id AS "sessionId", p.name AS "processName"
      FROM jobs j JOIN processes p ON p.tenant_id = j.tenant_id AND p.id = j.process_id
     WHERE j.tenant_id = ${tenantId}::uuid AND j.session_id = ANY(${[...sessionIds]}::uuid[])
       AND j.state IN ('Running', 'Stopping', 'Terminating')
     ORDER BY j.started_at, j.id`;
}

/** @returns what people call the credential and its machine */
export async function nameCredential(
  ctx: Ctx<Actor>,
  { tenantId, credentialId }: Pick<Rehearsed, "tenantId" | "credentialId">,
): Promise<NamedCredential> {
  const { machine, ...credential } = await ctx.db.credential.findFirstOrThrow({
    where: { tenantId, id: credentialId },
    select: { name: true, kind: true, machine: { select: { id: true, name: true } } },
  });
  return {
    machineId: machine.id,
    machineName: machine.name,
    credentialId,
    credentialName: credential.name,
    credentialKind: credential.kind,
  };
}

/** @returns the rehearsals that go on for credentials of a machine, with whom the deletion would have cut so far */
export async function readRehearsals(
  ctx: Ctx,
  { machineId }: { readonly machineId: string },
): Promise<RehearsalReport[]> {
  const { tenantId } = ctx.actor;
  const rehearsals = await listRehearsals(ctx, { machineId });
  return Promise.all(
    rehearsals.map(async (rehearsal) => {
      const of = { tenantId, ...rehearsal };
      const [hosts, addresses] = await Promise.all([
        listRehearsedHosts(ctx, of, NAMED_ON_PAGE),
        listRehearsedAddresses(ctx, of, NAMED_ON_PAGE),
      ]);
      const sessionIds = hosts.rows.flatMap((host) => host.sessionIds);
      const jobs = await listRehearsedJobs(ctx, { tenantId, sessionIds });
      return {
        ...rehearsal,
        hosts: hosts.rows.map((host) => ({
          ...host,
          jobs: jobs.filter(({ sessionId }) => host.sessionIds.includes(sessionId)),
        })),
        hostCount: hosts.count,
        addresses: addresses.rows,
        addressCount: addresses.count,
      };
    }),
  );
}
