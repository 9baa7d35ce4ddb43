import type { Ctx, SystemActor, UserActor } from "@/lib/ctx";
import { type RevokedToken, revokeTokens } from "@/lib/identity/revoked-tokens";
import { stopJobsOfSessions } from "@/lib/jobs/commands/cut-jobs";
import { nameOf } from "@/lib/permissions";
import { type EndedSession, type Ending, endSessions } from "@/lib/sessions/commands/end-sessions";
import type { EndCode } from "@/lib/sessions/schema";

/** What a deed has cut. */
export type Cut = { readonly disconnectedHosts: string[]; readonly stoppedJobs: number };

export const NOTHING_CUT: Cut = { disconnectedHosts: [], stoppedJobs: 0 };

/** Afterwards the credential is valid, or will be when somebody enables it; the tokens that hosts showed last must not be. */
const KEEPS_CREDENTIAL: readonly EndCode[] = ["disconnected", "secret_disabled", "key_disabled"];

const tokenOf = ({ tokenId, tokenExpiresAt }: EndedSession): RevokedToken[] =>
  tokenId && tokenExpiresAt ? [{ jti: tokenId, expiresAt: tokenExpiresAt }] : [];

/** The same by ids: the sessions that were open, and the jobs that ran on them. */
export type CutRows = { readonly sessions: readonly EndedSession[]; readonly jobIds: readonly string[] };

/** @returns what was cut as people and programs are told of it */
export const toldOf = ({ sessions, jobIds }: CutRows): Cut => ({
  disconnectedHosts: sessions.map(({ hostName }) => hostName),
  stoppedJobs: jobIds.length,
});

/**
 * Ends sessions and stops what runs on them, in the transaction of the deed that withdraws what they hang on. The
 * processes hear of it when it commits, and cut streams and long polls. A few statements, however many there are.
 * @param tenant the id of the tenant that they are of, or of several
 */
export async function cutRows(
  ctx: Ctx<UserActor | SystemActor>,
  tenant: string | readonly string[],
  of: Ending,
  endCode: EndCode,
): Promise<CutRows> {
  const why = { endCode, endedBy: nameOf(ctx.actor) };
  const tenantIds = [tenant].flat();
  const sessions = await endSessions(ctx, tenantIds, of, why);
  const sessionIds = sessions.map(({ id }) => id);
  const jobIds = await stopJobsOfSessions(ctx, tenantIds, sessionIds, why);
  if (KEEPS_CREDENTIAL.includes(endCode)) await revokeTokens(ctx, sessions.flatMap(tokenOf));
  return { sessions, jobIds };
}

/** The same, for who only tells of it. */
export const cut = async (...of: Parameters<typeof cutRows>): Promise<Cut> => toldOf(await cutRows(...of));
