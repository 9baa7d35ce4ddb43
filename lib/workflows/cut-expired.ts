import { noteExpired } from "@/lib/credentials/commands/note-expired";
import type { Ctx, SystemActor } from "@/lib/ctx";
import { stopJobsOfSessions } from "@/lib/jobs/commands/cut-jobs";
import { endRehearsalsOf } from "@/lib/rehearsals/commands";
import { endSessions } from "@/lib/sessions/commands/end-sessions";

/**
 * Cuts what hangs on credentials whose time is over, in all tenants: sessions end here with the jobs on them. Their tokens
 * end by themselves, for none outlives its credential.
 */
export async function cutExpired(ctx: Ctx<SystemActor>): Promise<void> {
  for (const { id, kind, tenantId } of await noteExpired(ctx)) {
    await endRehearsalsOf(ctx, { tenantId, credentialId: id });
    const why = { endCode: kind === "Secret" ? "secret_expired" : "key_expired", endedBy: null } as const;
    const ended = await endSessions(ctx, tenantId, { credentialId: id }, why);
    await stopJobsOfSessions(
      ctx,
      tenantId,
      ended.map((session) => session.id),
      why,
    );
  }
}
