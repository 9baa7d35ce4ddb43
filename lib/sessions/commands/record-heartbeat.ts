import type { Ctx, RobotActor, Sql } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { otherCredential, sessionEnded } from "@/lib/sessions/refusals";
import type { HeartbeatInput, SessionView } from "@/lib/sessions/schema";
import { type SessionRow, sessionView } from "@/lib/sessions/session-row";

const HEARTBEAT = {
  name: "session_heartbeat",
  text: `UPDATE sessions SET heartbeat_at = GREATEST(heartbeat_at, $5), is_busy = COALESCE($6, is_busy),
                             token_id = $7, token_expires_at = $8
          WHERE id = $1 AND machine_id = $2 AND tenant_id = $3 AND credential_id = $4 AND ended_at IS NULL
      RETURNING *`,
};

const FIND_OWN = {
  name: "session_find_own",
  text: `SELECT * FROM sessions WHERE id = $1 AND machine_id = $2 AND tenant_id = $3`,
};

/**
 * Notes that the host lives. Writes no event: a fleet does this hundreds of times a second.
 * @throws Refusal `not_found` for a session that is not this machine's, `gone` for an ended one, `conflict` for one that
 *   was opened with another secret or key (so that a session always shows the credential that it depends on)
 */
export async function recordHeartbeat(
  ctx: Ctx<RobotActor, Sql>,
  input: HeartbeatInput,
): Promise<SessionView> {
  const { id: machineId, tenantId, credentialId, tokenId, tokenExpiresAt } = ctx.actor;
  const isBusy = input.state === undefined ? null : input.state === "Busy";
  const [row] = await ctx.db.query<SessionRow>(HEARTBEAT, [
    input.sessionId,
    machineId,
    tenantId,
    credentialId,
    ctx.now,
    isBusy,
    tokenId,
    tokenExpiresAt,
  ]);
  if (row) return sessionView(row);
  const [other] = await ctx.db.query<SessionRow>(FIND_OWN, [input.sessionId, machineId, tenantId]);
  if (!other) throw new Refusal("not_found", "This machine has no such session.");
  if (other.ended_at) throw sessionEnded(other.end_reason);
  throw otherCredential();
}
