import type { Ctx } from "@/lib/ctx";
import { stopJobsOfSessions } from "@/lib/jobs/commands/cut-jobs";
import { endSessions } from "@/lib/sessions/commands/end-sessions";

/** What a deed has cut. */
export type Cut = { readonly disconnectedHosts: string[]; readonly stoppedJobs: number };

export const NOTHING_CUT: Cut = { disconnectedHosts: [], stoppedJobs: 0 };

/**
 * Ends sessions and stops what runs on them, in the transaction of the deed that withdraws what they hang on. The
 * processes hear of it when it commits, and cut streams and long polls.
 */
export async function cut(ctx: Ctx, ...[of, cause]: CutArguments): Promise<Cut> {
  const { ended, reason } = await endSessions(ctx, of, cause);
  const stoppedJobs = await stopJobsOfSessions(
    ctx,
    ended.map(({ id }) => id),
    reason,
  );
  return { disconnectedHosts: ended.map(({ hostName }) => hostName), stoppedJobs };
}

type CutArguments = Parameters<typeof endSessions> extends [Ctx, ...infer Rest] ? Rest : never;
