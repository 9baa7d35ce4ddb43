import type { Ctx } from "@/lib/ctx";
import { allow } from "@/lib/permissions";

/**
 * Asks before a file is fetched, where a refusal can still be shown beside the button.
 * @throws Refusal `forbidden`
 */
export async function mayExport(ctx: Ctx): Promise<null> {
  allow(ctx.actor, "audit.export");
  return null;
}
