import { NOTED_AT_ONCE, noteExpired } from "@/lib/credentials/commands/note-expired";
import type { Ctx, SystemActor } from "@/lib/ctx";
import { endRehearsalsOf } from "@/lib/rehearsals/commands";
import { cut } from "./cut";

/**
 * Cuts what hangs on credentials whose time is over, in all tenants: sessions end here with the jobs on them. Their tokens
 * end by themselves, for none outlives its credential.
 * @returns "more" when so many were cut that others may be left
 */
export async function cutExpired(ctx: Ctx<SystemActor>): Promise<"more" | "done"> {
  const expired = await noteExpired(ctx);
  for (const kind of ["Secret", "Key"] as const) {
    const own = expired.filter((one) => one.kind === kind);
    if (own.length === 0) continue;
    const tenantIds = [...new Set(own.map(({ tenantId }) => tenantId))];
    const these = { credentialIds: own.map(({ id }) => id) };
    await endRehearsalsOf(ctx, tenantIds, these);
    await cut(ctx, tenantIds, these, kind === "Secret" ? "secret_expired" : "key_expired");
  }
  return expired.length === NOTED_AT_ONCE ? "more" : "done";
}
