import type { Ctx, SystemActor, UserActor } from "@/lib/ctx";
import { type RevokedToken, revokeTokens } from "@/lib/identity/revoked-tokens";
import { stopJobsOfSessions } from "@/lib/jobs/commands/cut-jobs";
import { type EndedSession, type Ending, endSessions } from "@/lib/sessions/commands/end-sessions";
import type { EndCode } from "@/lib/sessions/schema";

/** What a deed has cut. */
export type Cut = { readonly disconnectedHosts: string[]; readonly stoppedJobs: number };

export const NOTHING_CUT: Cut = { disconnectedHosts: [], stoppedJobs: 0 };

/** Afterwards the credential is valid, or will be when somebody enables it; the tokens that hosts showed last must not be. */
const KEEPS_CREDENTIAL: readonly EndCode[] = ["disconnected", "secret_disabled", "key_disabled"];

const tokenOf = ({ tokenId, tokenExpiresAt }: EndedSession): RevokedToken[] =>
  tokenId && tokenExpiresAt ? [{ jti: tokenId, expiresAt: tokenExpiresAt }] : [];

/**
 * Ends sessions and stops what runs on them, in the transaction of the deed that withdraws what they hang on. The
 * processes hear of it when it commits, and cut streams and long polls.
 */
export async function cut(
  ctx: Ctx<UserActor | SystemActor>,
  tenantId: string,
  of: Ending,
  endCode: EndCode,
): Promise<Cut> {
  const why = { endCode, endedBy: ctx.actor.kind === "admin" ? ctx.actor.name : null };
  const ended = await endSessions(ctx, tenantId, of, why);
  const stoppedJobs = await stopJobsOfSessions(
    ctx,
    tenantId,
    ended.map(({ id }) => id),
    why,
  );
  if (KEEPS_CREDENTIAL.includes(endCode)) await revokeTokens(ctx, ended.flatMap(tokenOf));
  return { disconnectedHosts: ended.map(({ hostName }) => hostName), stoppedJobs };
}
