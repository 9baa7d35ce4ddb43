import type { Ctx, RobotActor, SharedStatement, Sql } from "@/lib/ctx";
import { noSuchSession, otherCredential, sessionEnded } from "@/lib/sessions/refusals";
import type { HeartbeatInput, SessionView } from "@/lib/sessions/schema";
import { SESSION_COLUMNS, type SessionRow, sessionView } from "@/lib/sessions/session-row";

type Beat = {
  readonly sessionId: string;
  readonly machineId: string;
  readonly tenantId: string;
  readonly credentialId: string;
  readonly at: Date;
  /** Null leaves it as it was. */
  readonly isBusy: boolean | null;
  readonly tokenId: string;
  readonly tokenExpiresAt: Date;
};

const beatOf = ({ actor, now }: Ctx<RobotActor, Sql>, { sessionId, state }: HeartbeatInput): Beat => ({
  sessionId,
  machineId: actor.id,
  tenantId: actor.tenantId,
  credentialId: actor.credentialId,
  at: now,
  isBusy: state === undefined ? null : state === "Busy",
  tokenId: actor.tokenId,
  tokenExpiresAt: actor.tokenExpiresAt,
});

const nameOf = ({ sessionId, machineId, credentialId }: Beat) => `${sessionId} ${machineId} ${credentialId}`;

/** @returns one beat for each session, which says what the last of its beats said */
function merged(beats: readonly Beat[]): readonly Beat[] {
  const bySession = new Map<string, Beat>();
  for (const beat of beats) {
    const name = nameOf(beat);
    const isBusy = beat.isBusy ?? bySession.get(name)?.isBusy ?? null;
    bySession.set(name, isBusy === beat.isBusy ? beat : { ...beat, isBusy });
  }
  return [...bySession.values()];
}

// The rows are found by their ids alone: of one credential there may be a thousand. A row that somebody holds is passed over, so that its host alone waits for it. What a crash of PostgreSQL may take, under a second of
// heartbeats, is soon said again; but the note of a token, by which a cut knows what to revoke, is on disk before it is answered (DECISIONS.md, 23).
const TOGETHER: SharedStatement<Beat, SessionView | null> = {
  name: "session_heartbeats",
  text: `WITH held AS MATERIALIZED (
           SELECT s.id, b.at, b.is_busy, b.token_id, b.token_expires_at,
                  s.token_id IS DISTINCT FROM b.token_id OR s.heartbeat_at = s.started_at AS is_first
             FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::timestamptz[], $6::boolean[], $7::uuid[], $8::timestamptz[])
                    AS b(id, machine_id, tenant_id, credential_id, at, is_busy, token_id, token_expires_at)
             JOIN sessions s ON s.id = b.id AND s.tenant_id = b.tenant_id
            WHERE (s.machine_id, s.credential_id) IS NOT DISTINCT FROM (b.machine_id, b.credential_id)
              AND s.ended_at IS NULL ORDER BY s.id FOR NO KEY UPDATE OF s SKIP LOCKED),
         durability AS MATERIALIZED (
           SELECT CASE WHEN bool_or(is_first) THEN 'as ever' ELSE set_config('synchronous_commit', 'off', true) END AS is FROM held)
         UPDATE sessions s SET heartbeat_at = GREATEST(s.heartbeat_at, h.at), is_busy = COALESCE(h.is_busy, s.is_busy),
                               token_id = h.token_id, token_expires_at = h.token_expires_at
           FROM held h JOIN durability ON durability.is IS NOT NULL WHERE s.id = h.id
      RETURNING ${SESSION_COLUMNS}`,
  values: (beats) => {
    const sent = merged(beats);
    return [
      sent.map(({ sessionId }) => sessionId),
      sent.map(({ machineId }) => machineId),
      sent.map(({ tenantId }) => tenantId),
      sent.map(({ credentialId }) => credentialId),
      sent.map(({ at }) => at.toISOString()),
      sent.map(({ isBusy }) => isBusy),
      sent.map(({ tokenId }) => tokenId),
      sent.map(({ tokenExpiresAt }) => tokenExpiresAt.toISOString()),
    ];
  },
  answers: (rows: readonly SessionRow[], beats) => {
    const views = new Map(rows.map((row) => [`${row.id} ${row.machine_id} ${row.credential_id}`, row]));
    return beats.map((beat) => {
      const row = views.get(nameOf(beat));
      return row ? sessionView(row) : null;
    });
  },
  asker: ({ machineId }) => machineId,
};

const ALONE = {
  name: "session_heartbeat",
  text: `UPDATE sessions s SET heartbeat_at = GREATEST(heartbeat_at, $5), is_busy = COALESCE($6, is_busy),
                               token_id = $7, token_expires_at = $8
          WHERE id = $1 AND machine_id = $2 AND tenant_id = $3 AND credential_id = $4 AND ended_at IS NULL
      RETURNING ${SESSION_COLUMNS}`,
};

const FIND_OWN = {
  name: "session_find_own",
  text: `SELECT ${SESSION_COLUMNS} FROM sessions s WHERE id = $1 AND machine_id = $2 AND tenant_id = $3`,
};

async function beatAlone(ctx: Ctx<RobotActor, Sql>, beat: Beat): Promise<SessionView> {
  const { sessionId, machineId, tenantId, credentialId, at, isBusy, tokenId, tokenExpiresAt } = beat;
  const whose = [sessionId, machineId, tenantId];
  const said = [credentialId, at, isBusy, tokenId, tokenExpiresAt];
  const [row] = await ctx.db.query<SessionRow>(ALONE, [...whose, ...said]);
  if (row) return sessionView(row);
  const [other] = await ctx.db.query<SessionRow>(FIND_OWN, whose);
  if (!other) throw noSuchSession();
  if (other.ended_at) throw sessionEnded(other.end_reason);
  throw otherCredential();
}

/**
 * Notes that the host lives, together with all that say so at this moment. Writes no event: a fleet does this hundreds of times a second.
 * @param inTurn has what waits for the row wait for those before it
 * @throws Refusal `not_found` for a session that is not this machine's, `gone` for an ended one, `conflict` for one that
 *   was opened with another secret or key (so that a session always shows the credential that it depends on)
 */
export async function recordHeartbeat(
  ctx: Ctx<RobotActor, Sql>,
  input: HeartbeatInput,
  inTurn: (work: () => Promise<SessionView>) => Promise<SessionView> = (work) => work(),
): Promise<SessionView> {
  const beat = beatOf(ctx, input);
  return (await ctx.db.ask(TOGETHER, beat)) ?? inTurn(() => beatAlone(ctx, beat));
}
