import type { Ctx } from "@/lib/ctx";
import { type RevokedToken, revokeTokens } from "@/lib/identity/revoked-tokens";
import { stopJobsOfSessions } from "@/lib/jobs/commands/cut-jobs";
import {
  type EndedSession,
  type Ending,
  type EndingCause,
  endSessions,
} from "@/lib/sessions/commands/end-sessions";

/** What a deed has cut. */
export type Cut = { readonly disconnectedHosts: string[]; readonly stoppedJobs: number };

export const NOTHING_CUT: Cut = { disconnectedHosts: [], stoppedJobs: 0 };

/** The token that a host showed last. Its credential stays valid when only the host is disconnected; the token must not. */
const tokenOf = ({ tokenId, tokenExpiresAt }: EndedSession): RevokedToken[] =>
  tokenId && tokenExpiresAt ? [{ jti: tokenId, expiresAt: tokenExpiresAt }] : [];

/**
 * Ends sessions and stops what runs on them, in the transaction of the deed that withdraws what they hang on. The
 * processes hear of it when it commits, and cut streams and long polls.
 */
export async function cut(ctx: Ctx, of: Ending, cause: EndingCause): Promise<Cut> {
  const { ended, reason } = await endSessions(ctx, of, cause);
  const stoppedJobs = await stopJobsOfSessions(
    ctx,
    ctx.actor.tenantId,
    ended.map(({ id }) => id),
    reason,
  );
  if (cause === "disconnected") await revokeTokens(ctx, ended.flatMap(tokenOf));
  return { disconnectedHosts: ended.map(({ hostName }) => hostName), stoppedJobs };
}
