import type { Ctx, RobotActor, SharedStatement, Sql } from "@/lib/ctx";
import { noSuchSession } from "@/lib/sessions/refusals";
import { SIGNAL_CHANNEL } from "@/lib/signals";

type NewStream = {
  readonly sessionId: string;
  readonly machineId: string;
  readonly tenantId: string;
  readonly streamId: string;
};

type Claimed = { readonly id: string; readonly machine_id: string };

const CLAIM = (waits: "" | "SKIP LOCKED") => `
  WITH held AS MATERIALIZED (
    SELECT s.id, s.tenant_id, s.machine_id, n.stream_id
      FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[]) AS n(id, machine_id, tenant_id, stream_id)
      JOIN sessions s ON s.id = n.id AND s.tenant_id = n.tenant_id
     WHERE s.machine_id IS NOT DISTINCT FROM n.machine_id
     ORDER BY s.id FOR NO KEY UPDATE OF s ${waits}),
  claimed AS (
    UPDATE sessions s SET stream_id = h.stream_id FROM held h WHERE s.id = h.id RETURNING s.id, s.tenant_id, s.machine_id)
  SELECT id, machine_id, pg_notify('${SIGNAL_CHANNEL}', jsonb_build_object('kind', 'session', 'tenantId', tenant_id,
           'sessionId', id, 'transactionId', pg_current_xact_id()::text)::text) FROM claimed`;

const values = (streams: readonly NewStream[]) => [
  streams.map(({ sessionId }) => sessionId),
  streams.map(({ machineId }) => machineId),
  streams.map(({ tenantId }) => tenantId),
  streams.map(({ streamId }) => streamId),
];

const nameOf = (session: string, machine: string) => `${session} ${machine}`;

const TOGETHER: SharedStatement<NewStream, boolean> = {
  name: "session_streams",
  text: CLAIM("SKIP LOCKED"),
  // Of several streams of one session the last one counts.
  values: (streams) =>
    values([...new Map(streams.map((one) => [nameOf(one.sessionId, one.machineId), one])).values()]),
  answers: (rows: readonly Claimed[], streams) => {
    const claimed = new Set(rows.map((row) => nameOf(row.id, row.machine_id)));
    return streams.map(({ sessionId, machineId }) => claimed.has(nameOf(sessionId, machineId)));
  },
  asker: ({ machineId }) => machineId,
};

const ALONE = { name: "session_stream", text: CLAIM("") };

/**
 * Makes a stream of events the one that counts for a host, together with all that are opened at this moment; older ones, in whatever
 * process, end when they look.
 * @param inTurn has what waits for the row wait for those before it
 * @throws Refusal `not_found` for a session that is not this machine's
 */
export async function claimStream(
  { db, actor }: Ctx<RobotActor, Sql>,
  { sessionId, streamId }: { readonly sessionId: string; readonly streamId: string },
  inTurn: (work: () => Promise<Claimed[]>) => Promise<Claimed[]> = (work) => work(),
): Promise<void> {
  const stream = { sessionId, machineId: actor.id, tenantId: actor.tenantId, streamId };
  if (await db.ask(TOGETHER, stream)) return;
  const [claimed] = await inTurn(() => db.query<Claimed>(ALONE, values([stream])));
  if (!claimed) throw noSuchSession();
}
