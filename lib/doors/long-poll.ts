import type { RobotActor } from "@/lib/ctx";
import { database } from "@/lib/db";
import { claimJob } from "@/lib/jobs/commands/claim-job";
import { type NextJobInput, nextJobSchema, type RobotJob } from "@/lib/jobs/schema";
import { SECOND_MILLISECONDS } from "@/lib/time";
import { requireRobot } from "./bearer";
import type { RouteHandler } from "./methods";
import { answering, jsonAnswer, readInput } from "./robot";
import { WaitingPlace } from "./waiting";

/** The caller hung up while its job was being claimed. */
class HungUp extends Error {}

/** Claims a job for the host; one that hung up meanwhile leaves it in the queue, for the claim is rolled back. */
function claim(
  actor: RobotActor,
  { sessionId, claimId }: NextJobInput,
  hungUp: AbortSignal,
): Promise<RobotJob | null> {
  return database().prisma.$transaction(async (db) => {
    const job = await claimJob({ db, actor, now: new Date() }, { sessionId, claimId });
    if (hungUp.aborted) throw new HungUp();
    return job;
  });
}

/**
 * The long poll for work: a job as soon as there is one, or nothing after the wait. Whoever is called shows its token
 * again, because secret, machine or token may have gone while it waited.
 */
export const nextJob: RouteHandler = answering(async (request, params) => {
  const askedAt = performance.now();
  let actor = await requireRobot(database().sql, request, "OR.Jobs", new Date());
  const input = await readInput(request, params, nextJobSchema);
  const place = new WaitingPlace(actor.tenantId, actor.id, input.sessionId, request.signal);
  try {
    for (;;) {
      const calls = place.answerCalls();
      let job: RobotJob | null = null;
      try {
        job = await claim(actor, input, request.signal);
      } finally {
        if (!job) calls.passOn();
      }
      if (job) return jsonAnswer(job, 200);
      const leftMilliseconds = input.waitSeconds * SECOND_MILLISECONDS - (performance.now() - askedAt);
      if (leftMilliseconds <= 0 || !(await place.wait(leftMilliseconds))) return jsonAnswer(undefined, 204);
      actor = await requireRobot(database().sql, request, "OR.Jobs", new Date());
    }
  } catch (error) {
    if (error instanceof HungUp) return jsonAnswer(undefined, 204);
    throw error;
  } finally {
    place.leave();
  }
});
