import type { Ctx, Sql, SystemActor } from "@/lib/ctx";
import { unbrokenAt } from "@/lib/sessions/rules";

const NOTE = {
  name: "hearing_note",
  text: `INSERT INTO hearing AS h (id, since, until) VALUES (1, $1, $1)
             ON CONFLICT (id) DO UPDATE SET
                since = CASE WHEN h.until BETWEEN $2 AND $3 THEN h.since ELSE $1 END,
                until = CASE WHEN h.until BETWEEN $1 AND $3 THEN h.until ELSE $1 END`,
};

/**
 * Notes that heartbeats can be taken now, on the way that they take; one process that does so is enough. After a gap, hearing begins anew.
 * The processes' clocks may differ by less than the shortest gap.
 */
export async function noteHearing(ctx: Ctx<SystemActor, Sql>): Promise<void> {
  const { from, to } = unbrokenAt(ctx.now);
  await ctx.db.query(NOTE, [ctx.now, from, to]);
}
