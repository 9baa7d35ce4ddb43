import type { Ctx, RobotActor } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { otherCredential, sessionEnded } from "@/lib/sessions/refusals";

/**
 * Takes the session's row for this transaction, so that what hangs on it cannot be cut in between.
 * @throws Refusal `not_found` for a session that is not this machine's, `gone` for an ended one, `conflict` for one that
 *   was opened with another secret or key
 */
export async function holdSession(
  ctx: Ctx<RobotActor>,
  sessionId: string,
): Promise<{ hostName: string; hostKey: string }> {
  const { id: machineId, tenantId, credentialId } = ctx.actor;
  const [row] = await ctx.db.$queryRaw<
    {
      host_name: string;
      host_key: string;
      credential_id: string;
      ended_at: Date | null;
      end_reason: string;
    }[]
  >`SELECT host_name, host_key, credential_id, ended_at, end_reason FROM sessions
     WHERE id = ${sessionId}::uuid AND machine_id = ${machineId}::uuid AND tenant_id = ${tenantId}::uuid
       FOR NO KEY UPDATE`;
  if (!row) throw new Refusal("not_found", "This machine has no such session.");
  if (row.ended_at) throw sessionEnded(row.end_reason);
  if (row.credential_id !== credentialId) throw otherCredential();
  return { hostName: row.host_name, hostKey: row.host_key };
}
