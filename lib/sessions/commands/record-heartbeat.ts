import type { Ctx, RobotActor, Sql } from "@/lib/ctx";
import { type Beat, beatOf, heartbeatsTogether } from "@/lib/sessions/heartbeats";
import { noSuchSession, otherCredential, sessionEnded } from "@/lib/sessions/refusals";
import type { EndCode, HeartbeatInput, SessionView } from "@/lib/sessions/schema";
import { SESSION_COLUMNS, type SessionRow, sessionView } from "@/lib/sessions/session-row";

const TOGETHER = heartbeatsTogether<Beat>({
  name: "session_heartbeats",
  columns: {},
  tables: "",
  where: "",
  values: () => [],
});

const ALONE = {
  name: "session_heartbeat",
  text: `UPDATE sessions s SET heartbeat_at = GREATEST(heartbeat_at, $5), is_busy = COALESCE($6, is_busy),
                               token_id = $7, token_expires_at = $8
          WHERE id = $1 AND machine_id = $2 AND tenant_id = $3 AND credential_id = $4 AND ended_at IS NULL
      RETURNING ${SESSION_COLUMNS}`,
};

type Own = { readonly end_code: EndCode | null; readonly ended_by: string | null };

const FIND_OWN = {
  name: "session_find_own",
  text: `SELECT end_code, ended_by FROM sessions WHERE id = $1 AND machine_id = $2 AND tenant_id = $3`,
};

async function beatAlone(ctx: Ctx<RobotActor, Sql>, beat: Beat): Promise<SessionView> {
  const { sessionId, machineId, tenantId, credentialId, at, isBusy, tokenId, tokenExpiresAt } = beat;
  const whose = [sessionId, machineId, tenantId];
  const said = [credentialId, at, isBusy, tokenId, tokenExpiresAt];
  const [row] = await ctx.db.query<SessionRow>(ALONE, [...whose, ...said]);
  if (row) return sessionView(row);
  const [other] = await ctx.db.query<Own>(FIND_OWN, whose);
  if (!other) throw noSuchSession();
  if (other.end_code) throw sessionEnded({ endCode: other.end_code, endedBy: other.ended_by });
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
