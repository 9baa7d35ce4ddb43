import type { Ctx } from "@/lib/ctx";
import { type RevokedToken, revokeTokens } from "@/lib/identity/revoked-tokens";
import { stopJobsOfSessions } from "@/lib/jobs/commands/cut-jobs";
import { type EndedSession, type Ending, endSessions } from "@/lib/sessions/commands/end-sessions";
import type { EndCode } from "@/lib/sessions/schema";

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
export async function cut(ctx: Ctx, of: Ending, endCode: EndCode): Promise<Cut> {
  const { tenantId, name } = ctx.actor;
  const why = { endCode, endedBy: name };
  const ended = await endSessions(ctx, tenantId, of, why);
  const stoppedJobs = await stopJobsOfSessions(
    ctx,
    tenantId,
    ended.map(({ id }) => id),
    why,
  );
  if (endCode === "disconnected") await revokeTokens(ctx, ended.flatMap(tokenOf));
  return { disconnectedHosts: ended.map(({ hostName }) => hostName), stoppedJobs };
}
