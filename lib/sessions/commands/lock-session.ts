import type { Ctx, RobotActor } from "@/lib/ctx";
import { noSuchSession, otherCredential, PolledElsewhere, sessionEnded } from "@/lib/sessions/refusals";
import type { EndCode, Poll } from "@/lib/sessions/schema";
import { signal } from "@/lib/signals";

type Held = {
  readonly host_name: string;
  readonly host_key: string;
  readonly credential_id: string;
  readonly end_code: EndCode | null;
  readonly ended_by: string | null;
  readonly polled_by: string | null;
  readonly poll_ends_at: Date | null;
};

/**
 * Takes the session's row for this transaction, so that what hangs on it cannot be cut in between. A new poll is noted in
 * the same statement.
 * @throws Refusal `not_found` for a session that is not this machine's, `gone` for an ended one, `conflict` for one that
 *   was opened with another secret or key; PolledElsewhere
 */
export async function lockSession(
  ctx: Ctx<RobotActor>,
  sessionId: string,
  poll: Poll | undefined,
): Promise<{ hostName: string; hostKey: string }> {
  const { id: machineId, tenantId, credentialId } = ctx.actor;
  const [row] = await ctx.db.$queryRaw<Held[]>`
    WITH held AS (
      SELECT id, host_name, host_key, credential_id, end_code, ended_by, polled_by, poll_ends_at FROM sessions
       WHERE id = ${sessionId}::uuid AND machine_id = ${machineId}::uuid AND tenant_id = ${tenantId}::uuid
         FOR NO KEY UPDATE),
    noted AS (
      UPDATE sessions SET polled_by = ${poll?.processId ?? null}::uuid, poll_ends_at = ${poll?.endsAt ?? null}
        FROM held WHERE sessions.id = held.id AND sessions.tenant_id = ${tenantId}::uuid AND ${poll?.isNew === true})
    SELECT * FROM held`;
  if (!row) throw noSuchSession();
  if (row.end_code) throw sessionEnded({ endCode: row.end_code, endedBy: row.ended_by });
  if (row.credential_id !== credentialId) throw otherCredential();
  if (poll && row.polled_by !== null && row.polled_by !== poll.processId) {
    if (!poll.isNew) throw new PolledElsewhere();
    const mayWait = row.poll_ends_at !== null && row.poll_ends_at > ctx.now;
    if (mayWait) await signal(ctx.db, [{ kind: "session", tenantId, sessionId }]);
  }
  return { hostName: row.host_name, hostKey: row.host_key };
}
