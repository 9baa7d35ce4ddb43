import type { Ctx, RobotActor, SharedStatement, Sql } from "@/lib/ctx";
import type { Poll } from "@/lib/sessions/schema";

type NewPoll = {
  readonly sessionId: string;
  readonly machineId: string;
  readonly tenantId: string;
  readonly credentialId: string;
  readonly processId: string;
  readonly endsAt: Date;
  readonly now: Date;
};

// Only where nothing has to be said and nobody has to be waited for: the session is open, no poll of it waits at another process, and no one
// holds its row. A crash of PostgreSQL may forget the note: it ends all connections, and with them the polls.
const NOTE: SharedStatement<NewPoll, { readonly hostKey: string } | null> = {
  name: "session_polls",
  text: `WITH held AS MATERIALIZED (
           SELECT s.id, p.process_id, p.ends_at
             FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::timestamptz[], $7::timestamptz[])
                    AS p(id, machine_id, tenant_id, credential_id, process_id, ends_at, now)
             JOIN sessions s ON s.id = p.id AND s.tenant_id = p.tenant_id
            WHERE (s.machine_id, s.credential_id) IS NOT DISTINCT FROM (p.machine_id, p.credential_id) AND s.ended_at IS NULL
              AND (s.polled_by IS NULL OR s.polled_by = p.process_id OR s.poll_ends_at <= p.now)
            ORDER BY s.id FOR NO KEY UPDATE OF s SKIP LOCKED),
         durability AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true) AS is)
         UPDATE sessions s SET polled_by = h.process_id, poll_ends_at = h.ends_at
           FROM held h JOIN durability ON durability.is IS NOT NULL WHERE s.id = h.id
      RETURNING s.id, s.machine_id, s.credential_id, s.host_key`,
  values: (polls) => [
    polls.map(({ sessionId }) => sessionId),
    polls.map(({ machineId }) => machineId),
    polls.map(({ tenantId }) => tenantId),
    polls.map(({ credentialId }) => credentialId),
    polls.map(({ processId }) => processId),
    polls.map(({ endsAt }) => endsAt.toISOString()),
    polls.map(({ now }) => now.toISOString()),
  ],
  answers: (
    rows: readonly { id: string; machine_id: string; credential_id: string; host_key: string }[],
    polls,
  ) => {
    const noted = new Map(
      rows.map((row) => [`${row.id} ${row.machine_id} ${row.credential_id}`, row.host_key]),
    );
    return polls.map(({ sessionId, machineId, credentialId }) => {
      const hostKey = noted.get(`${sessionId} ${machineId} ${credentialId}`);
      return hostKey === undefined ? null : { hostKey };
    });
  },
  asker: ({ machineId }) => machineId,
};

/**
 * Notes where a new poll of a host waits, together with all that come at this moment.
 * @returns the host, as it is compared; null where `lockSession` must note it, and say what is wrong
 */
export function notePoll(
  { db, actor, now }: Ctx<RobotActor, Sql>,
  sessionId: string,
  { processId, endsAt }: Poll,
): Promise<{ readonly hostKey: string } | null> {
  const { id: machineId, tenantId, credentialId } = actor;
  return db.ask(NOTE, { sessionId, machineId, tenantId, credentialId, processId, endsAt, now });
}
