import type { ApiAnswer, ApiRequest } from "@/lib/api-request";
import type { RobotActor } from "@/lib/ctx";
import { inTransaction, robotsDatabase } from "@/lib/db";
import { answering } from "@/lib/http/answering";
import { nonceHeader } from "@/lib/http/dpop-nonce";
import { readInput } from "@/lib/http/json-body";
import { directHandler } from "@/lib/http/web-request";
import { claimJob } from "@/lib/jobs/commands/claim-job";
import { mayClaim } from "@/lib/jobs/queries";
import { type NextJobInput, nextJobSchema, type RobotJob } from "@/lib/jobs/schema";
import { JobWaiter } from "@/lib/live/job-waiters";
import { notePoll } from "@/lib/sessions/commands/note-poll";
import { findEnd } from "@/lib/sessions/queries";
import { PolledElsewhere, sessionEnded } from "@/lib/sessions/refusals";
import { SECOND_MILLISECONDS } from "@/lib/time";
import { requireRobot, requireRobotStill } from "./bearer";
import { jsonAnswer } from "./endpoint";
import { HostPoll } from "./polls";
import { inTurn } from "./turns";

/** The caller hung up, or asked anew, before its job was claimed. */
class Over extends Error {}

/** Claims a job for the host; where its poll is over meanwhile the job stays in the queue, for the claim is rolled back. */
function claim(
  actor: RobotActor,
  { sessionId, claimId }: NextJobInput,
  poll: HostPoll,
): Promise<RobotJob | null> {
  return inTurn(actor, sessionId, async () => {
    if (poll.signal.aborted) throw new Over();
    return inTransaction(robotsDatabase(), async (db) => {
      const now = new Date();
      const job = await claimJob({ db, actor, now }, { sessionId, claimId, poll: poll.told() });
      if (poll.signal.aborted) throw new Over();
      return job;
    });
  });
}

/**
 * Looks for work as a poll begins, together with all that begin at this moment: most find none, and hold nothing to find that out.
 * @returns false where a claim would give it no job; true where it may, or where only the claim can tell what is wrong
 */
async function mayFindWork(actor: RobotActor, input: NextJobInput, poll: HostPoll): Promise<boolean> {
  const ctx = { db: robotsDatabase().sql, actor, now: new Date() };
  const host = await notePoll(ctx, input.sessionId, poll.told());
  if (host === null) poll.isNew = true;
  return host === null || mayClaim(ctx, { ...input, ...host });
}

/**
 * Whoever was called shows its token again. One whose session was ended meanwhile is told why: it was let in when it asked,
 * and the reason says more than that its token is not good any more.
 */
async function askAgain(request: ApiRequest, actor: RobotActor, sessionId: string): Promise<RobotActor> {
  const now = new Date();
  try {
    return (await requireRobotStill(robotsDatabase().sql, request, "OR.Jobs", now)).actor;
  } catch (error) {
    const end = await findEnd({ db: robotsDatabase().prisma, actor, now }, { sessionId });
    throw end === null ? error : sessionEnded(end);
  }
}

async function answerPoll(request: ApiRequest): Promise<ApiAnswer> {
  const askedAt = performance.now();
  let { actor } = await requireRobot(robotsDatabase().sql, request, "OR.Jobs", new Date());
  const answer = (data: unknown, status: number) => jsonAnswer(data, status, nonceHeader(request));
  const input = await readInput(request, nextJobSchema);
  const poll = new HostPoll(actor, input, request.signal, new Date());
  const place = new JobWaiter(actor.tenantId, actor.id, input.sessionId, poll.signal);
  try {
    for (let isCalled = false; ; isCalled = true) {
      const calls = place.answerCalls();
      let job: RobotJob | null = null;
      try {
        if (isCalled || (await mayFindWork(actor, input, poll))) job = await claim(actor, input, poll);
      } finally {
        if (!job) calls.passOn();
      }
      if (job) return answer(job, 200);
      const leftMilliseconds = input.waitSeconds * SECOND_MILLISECONDS - (performance.now() - askedAt);
      if (leftMilliseconds <= 0 || !(await place.wait(leftMilliseconds))) return answer(undefined, 204);
      actor = await askAgain(request, actor, input.sessionId);
    }
  } catch (error) {
    if (error instanceof Over || error instanceof PolledElsewhere) return answer(undefined, 204);
    throw error;
  } finally {
    place.leave();
    poll.leave();
  }
}

/**
 * The long poll for work: a job as soon as there is one, or nothing after the wait. Whoever is called shows its token
 * again, because secret, machine or token may have gone while it waited. A newer poll of the session has this one answered
 * with nothing at once.
 */
export const nextJob = directHandler(answering(answerPoll));
