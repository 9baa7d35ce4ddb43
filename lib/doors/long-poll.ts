import { database } from "@/lib/db";
import { claimJob } from "@/lib/jobs/commands/claim-job";
import { isJobPending } from "@/lib/jobs/queries";
import { nextJobSchema } from "@/lib/jobs/schema";
import { SECOND_MILLISECONDS } from "@/lib/time";
import { requireRobot } from "./bearer";
import type { RouteHandler } from "./methods";
import { answering, jsonAnswer, readInput } from "./robot";
import { waitForJob, wakeOne } from "./waiting";

/**
 * The long poll for work: a job as soon as there is one, or nothing after the wait. Whoever is woken shows its token
 * again, because secret, machine or token may have gone while it waited.
 */
export const nextJob: RouteHandler = answering(async (request, params) => {
  const { prisma, sql } = database();
  const askedAt = performance.now();
  const first = await requireRobot(sql, request, "OR.Jobs", new Date());
  const { sessionId, waitSeconds } = await readInput(request, params, nextJobSchema);
  for (let robot = first; ; ) {
    const actor = robot;
    const job = await prisma.$transaction((db) => claimJob({ db, actor, now: new Date() }, { sessionId }));
    if (await isJobPending({ db: prisma, actor, now: new Date() })) wakeOne(actor.tenantId);
    if (job) return jsonAnswer(job, 200);
    const leftMilliseconds = waitSeconds * SECOND_MILLISECONDS - (performance.now() - askedAt);
    if (leftMilliseconds <= 0) return jsonAnswer(undefined, 204);
    const outcome = await waitForJob(actor.tenantId, sessionId, leftMilliseconds, request.signal);
    if (outcome !== "woken") return jsonAnswer(undefined, 204);
    robot = await requireRobot(sql, request, "OR.Jobs", new Date());
  }
});
