import { endOf, type RobotEnd } from "./exit-codes";
import { sendReport } from "./reports";
import { isStillOurs, type Job, type JobTools, type RunningJob, runJob } from "./running-job";

/** All jobs on this host. They outlive a lost connection and a session that ended by itself. */
export type Jobs = {
  count(): number;
  ids(): readonly string[];
  start(job: Job): void;
  /** A stop or kill that the server asks for; told again after each reconnect. */
  end(jobId: string, how: "stop" | "kill"): void;
  /** After a time without contact: asks for each job whether it still is to run here. */
  check(): void;
  /** Resolves when the number of jobs has changed, the time is up or the signal is aborted. */
  changed(seconds: number, signal: AbortSignal): Promise<void>;
  /** Asks all to end and waits until their ends are reported. */
  stopAll(): Promise<void>;
  killAll(): void;
};

/** @param fail is told what ends the robot when a report meets it */
export function keepJobs(tools: JobTools, fail: (end: RobotEnd) => void): Jobs {
  const running = new Map<string, RunningJob>();
  /** Ended before their hand-over arrived; they must not start when it does. */
  const endedEarly = new Set<string>();
  const listeners = new Set<() => void>();

  const tell = () => {
    for (const listener of [...listeners]) listener();
  };
  const guard = (deed: Promise<unknown>) =>
    deed.catch((error: unknown) => {
      if (!tools.over.aborted) fail(endOf(error));
    });

  /** The server waits for an end that nobody else will report: the answer that handed the job over was lost. */
  function reportUnknown(jobId: string): void {
    if (endedEarly.has(jobId)) return;
    endedEarly.add(jobId);
    tools.log(`job ${jobId} is to end, and is not here`);
    const report = { state: "Stopped", message: "It never started on the host." } as const;
    guard(sendReport(tools.orchestrator, jobId, report, tools.patience, tools.over));
  }

  return {
    count: () => running.size,
    ids: () => [...running.keys()],
    start(job) {
      if (running.has(job.id) || endedEarly.has(job.id)) return;
      const one = runJob(job, tools);
      running.set(job.id, one);
      tell();
      guard(one.done).finally(() => {
        running.delete(job.id);
        tell();
      });
    },
    end(jobId, how) {
      const one = running.get(jobId);
      if (!one) return reportUnknown(jobId);
      tools.log(`job ${jobId} is to ${how === "stop" ? "stop" : "be killed"}`);
      one[how]();
    },
    check() {
      for (const [jobId, one] of running) {
        const asked = isStillOurs(jobId, tools).then((isOurs) => {
          if (isOurs || !running.has(jobId)) return;
          tools.log(`job ${jobId} is over for the server; its process is asked to end`);
          one.stop();
        });
        guard(asked);
      }
    },
    changed: (seconds, signal) =>
      new Promise((resolve) => {
        const done = () => {
          clearTimeout(timer);
          listeners.delete(done);
          signal.removeEventListener("abort", done);
          resolve();
        };
        const timer = setTimeout(done, Math.max(1, seconds * 1000));
        listeners.add(done);
        signal.addEventListener("abort", done);
        if (signal.aborted) done();
      }),
    async stopAll() {
      const all = [...running.values()];
      for (const one of all) one.stop();
      await Promise.allSettled(all.map(({ done }) => done));
    },
    killAll() {
      for (const one of running.values()) one.kill();
    },
  };
}
