import { noteExpired } from "@/lib/credentials/commands/note-expired";
import { CREDENTIAL_WORDS } from "@/lib/credentials/rules";
import type { Ctx, SystemActor } from "@/lib/ctx";
import { stopJobsOfSessions } from "@/lib/jobs/commands/cut-jobs";
import { endExpiredSessions } from "@/lib/sessions/commands/end-sessions";

/**
 * Cuts what hangs on credentials whose time is over, in all tenants: sessions end here with the jobs on them. Their tokens
 * end by themselves, for none outlives its credential.
 */
export async function cutExpired(ctx: Ctx<SystemActor>): Promise<void> {
  for (const { id, kind, tenantId } of await noteExpired(ctx)) {
    const reason = `${CREDENTIAL_WORDS[kind]} expired` as const;
    const ended = await endExpiredSessions(ctx, { tenantId, credentialId: id }, reason);
    await stopJobsOfSessions(
      ctx,
      tenantId,
      ended.map((session) => session.id),
      reason,
    );
  }
}
