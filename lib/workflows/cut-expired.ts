import { noteExpired } from "@/lib/credentials/commands/note-expired";
import type { Ctx, SystemActor } from "@/lib/ctx";
import { endRehearsalsOf } from "@/lib/rehearsals/commands";
import { cut } from "./cut";

/**
 * Cuts what hangs on credentials whose time is over, in all tenants: sessions end here with the jobs on them. Their tokens
 * end by themselves, for none outlives its credential.
 */
export async function cutExpired(ctx: Ctx<SystemActor>): Promise<void> {
  for (const { id, kind, tenantId } of await noteExpired(ctx)) {
    await endRehearsalsOf(ctx, { tenantId, credentialId: id });
    await cut(ctx, tenantId, { credentialId: id }, kind === "Secret" ? "secret_expired" : "key_expired");
  }
}
