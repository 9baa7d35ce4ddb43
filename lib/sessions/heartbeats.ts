import type { Ctx, RobotActor, SharedStatement, Sql } from "@/lib/ctx";
import type { HeartbeatInput, SessionView } from "./schema";
import { SESSION_COLUMNS, type SessionRow, sessionView } from "./session-row";

/** That a host lives, as it is noted. */
export type Beat = {
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

/** @returns what a heartbeat notes */
export const beatOf = ({ actor, now }: Ctx<RobotActor, Sql>, { sessionId, state }: HeartbeatInput): Beat => ({
  sessionId,
  machineId: actor.id,
  tenantId: actor.tenantId,
  credentialId: actor.credentialId,
  at: now,
  isBusy: state === undefined ? null : state === "Busy",
  tokenId: actor.tokenId,
  tokenExpiresAt: actor.tokenExpiresAt,
});

type BeatenRow = SessionRow & { readonly token_id: string };

const isAlike = (row: BeatenRow, { machineId, credentialId, tokenId }: Beat) =>
  row.machine_id === machineId && row.credential_id === credentialId && row.token_id === tokenId;

/** @returns one beat for each session, which says what the last of its like said; another's, or another token's, is left to the ordinary way */
function merged<B extends Beat>(beats: readonly B[]): readonly B[] {
  const bySession = new Map<string, B>();
  for (const beat of beats) {
    const first = bySession.get(beat.sessionId);
    if (!first) bySession.set(beat.sessionId, beat);
    else if (first.tokenId === beat.tokenId)
      bySession.set(beat.sessionId, { ...beat, isBusy: beat.isBusy ?? first.isBusy });
  }
  return [...bySession.values()];
}

/** What else the statement of heartbeats asks for; `b` is a beat, `s` its session. */
export type BeatCondition<B> = {
  readonly name: string;
  /** Columns of a beat, each with its type. */
  readonly columns: Readonly<Record<string, string>>;
  readonly tables: string;
  readonly where: string;
  /** In the order of the columns. */
  readonly values: (beats: readonly B[]) => readonly unknown[];
};

const COLUMNS = {
  id: "uuid",
  machine_id: "uuid",
  tenant_id: "uuid",
  credential_id: "text",
  at: "timestamptz",
  is_busy: "boolean",
  token_id: "uuid",
  token_expires_at: "timestamptz",
};

/**
 * The heartbeats of all who beat at this moment. The rows are found by their ids alone: of one credential there may be a thousand. A row that
 * somebody holds is passed over, so that its host alone waits for it. What a crash of PostgreSQL may take, under a second of heartbeats, is soon
 * said again; but the note of a token, by which a cut knows what to revoke, is on disk before it is answered (DECISIONS.md, 23).
 * @returns answers with the session, or null where it could not be noted so
 */
export function heartbeatsTogether<B extends Beat>(
  condition: BeatCondition<B>,
): SharedStatement<B, SessionView | null> {
  const columns = Object.entries({ ...COLUMNS, ...condition.columns });
  return {
    name: condition.name,
    text: `WITH held AS MATERIALIZED (
           SELECT s.id, b.at, b.is_busy, b.token_id, b.token_expires_at,
                  s.token_id IS DISTINCT FROM b.token_id OR s.heartbeat_at = s.started_at AS is_first
             FROM unnest(${columns.map(([, type], index) => `$${index + 1}::${type}[]`).join(", ")})
                    AS b(${columns.map(([name]) => name).join(", ")})
             JOIN sessions s ON s.id = b.id AND s.tenant_id = b.tenant_id ${condition.tables}
            WHERE (s.machine_id, s.credential_id) IS NOT DISTINCT FROM (b.machine_id, b.credential_id) AND s.ended_at IS NULL
              ${condition.where}
            ORDER BY s.id FOR NO KEY UPDATE OF s SKIP LOCKED),
         durability AS MATERIALIZED (
           SELECT CASE WHEN bool_or(is_first) THEN 'as ever' ELSE set_config('synchronous_commit', 'off', true) END AS is FROM held)
         UPDATE sessions s SET heartbeat_at = GREATEST(s.heartbeat_at, h.at), is_busy = COALESCE(h.is_busy, s.is_busy),
                               token_id = h.token_id, token_expires_at = h.token_expires_at
           FROM held h JOIN durability ON durability.is IS NOT NULL WHERE s.id = h.id
      RETURNING ${SESSION_COLUMNS}, s.token_id`,
    values: (beats) => {
      const sent = merged(beats);
      return [
        sent.map(({ sessionId }) => sessionId),
        sent.map(({ machineId }) => machineId),
        sent.map(({ tenantId }) => tenantId),
        sent.map(({ credentialId }) => credentialId),
        sent.map(({ at }) => at),
        sent.map(({ isBusy }) => isBusy),
        sent.map(({ tokenId }) => tokenId),
        sent.map(({ tokenExpiresAt }) => tokenExpiresAt),
        ...condition.values(sent),
      ];
    },
    answers: (rows: readonly BeatenRow[], beats) => {
      const bySession = new Map(rows.map((row) => [row.id, row]));
      return beats.map((beat) => {
        const row = bySession.get(beat.sessionId);
        return row && isAlike(row, beat) ? sessionView(row) : null;
      });
    },
    asker: ({ machineId }) => machineId,
  };
}
