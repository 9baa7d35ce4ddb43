import type { Ctx, Db, RobotActor } from "@/lib/ctx";
import { claimJob } from "@/lib/jobs/commands/claim-job";
import { loseJobsOfSession, loseJobsOfSilentHosts, stopJobsOfSessions } from "@/lib/jobs/commands/cut-jobs";
import { reportJob } from "@/lib/jobs/commands/report-job";
import { removeDeadSessions } from "@/lib/sessions/commands/remove-dead";
import { UNRESPONSIVE_AFTER_SECONDS } from "@/lib/sessions/schema";
import { addSeconds, HOUR_SECONDS } from "@/lib/time";
import { connectHost, disconnectMyself } from "@/lib/workflows/connect-host";
import { heardUntil, type Provisioned, robotOf, systemCtx } from "@/test/world";
import type { Scene } from "./every-deed";

export type OtherDeed = {
  readonly events: readonly string[];
  readonly run: (db: Db, scene: Scene) => Promise<unknown>;
};

const WHEN_SILENT = () => addSeconds(new Date(), UNRESPONSIVE_AFTER_SECONDS);
const robotCtx = (db: Db, admin: Scene["admin"], machine: Provisioned): Ctx<RobotActor> => ({
  db,
  actor: robotOf(admin, machine),
  now: new Date(),
});

async function silenceOnly(db: Db, { sessionId }: Scene): Promise<void> {
  await heardUntil(WHEN_SILENT(), db);
  await db.session.updateMany({
    where: { id: { not: sessionId } },
    data: { heartbeatAt: addSeconds(new Date(), HOUR_SECONDS) },
  });
}

/** What robots and the clock do to jobs and sessions. */
export const JOB_DEEDS: Readonly<Record<string, OtherDeed>> = {
  disconnectMyself: {
    events: ["session.ended", "job.ended"],
    run: (db, { admin, machine, sessionId }) => disconnectMyself(robotCtx(db, admin, machine), { sessionId }),
  },
  connectHost: {
    events: ["session.opened", "job.ended"],
    run: (db, { admin, machine }) =>
      connectHost(robotCtx(db, admin, machine), { hostName: "HOST", runningJobs: [] }),
  },
  loseJobsOfSession: {
    events: ["job.ended"],
    run: (db, { admin, machine, sessionId }) =>
      loseJobsOfSession(robotCtx(db, admin, machine), sessionId, { endCode: "not_running", endedBy: null }),
  },
  loseJobsOfSilentHosts: {
    events: ["job.ended"],
    run: async (db, scene) => {
      await silenceOnly(db, scene);
      await loseJobsOfSilentHosts(systemCtx(db, WHEN_SILENT()));
    },
  },
  stopJobsOfSessions: {
    events: ["job.ended"],
    run: (db, { admin, sessionId }) =>
      stopJobsOfSessions({ db, actor: admin, now: new Date() }, [admin.tenantId], [sessionId], {
        endCode: "closed",
        endedBy: null,
      }),
  },
  removeDeadSessions: {
    events: ["session.ended", "sessions.removed"],
    run: async (db, scene) => {
      await silenceOnly(db, scene);
      const { admin } = scene;
      await removeDeadSessions({ db, actor: admin, now: WHEN_SILENT() });
    },
  },
  claimJob: {
    events: ["job.started"],
    run: async (db, { admin, machine, sessionId }) => {
      await db.job.updateMany({ data: { state: "Pending", sessionId: null } });
      await claimJob(robotCtx(db, admin, machine), { sessionId });
    },
  },
  reportJob: {
    events: ["job.ended"],
    run: (db, { admin, machine, runningJobId }) =>
      reportJob(robotCtx(db, admin, machine), { jobId: runningJobId, reportId: "1", state: "Successful" }),
  },
};
