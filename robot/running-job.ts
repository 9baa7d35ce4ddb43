import { type Patience, untilAnswered } from "./back-off";
import { type Child, type ChildEnd, startChild } from "./child";
import type { Progress } from "./job-output";
import type { Log } from "./log";
import type { Orchestrator } from "./orchestrator";
import type { LocalProcesses } from "./processes";
import { type Report, sendEnd, sendReport } from "./reports";
import type { Watchdog } from "./watchdog";

/** A chatty child is reported no more often than this. */
const PROGRESS_EVERY_SECONDS = 0.25;

/** A job as the server hands it over. */
export type Job = { readonly id: string; readonly processName: string; readonly input?: unknown };

/** What every job needs. */
export type JobTools = {
  readonly orchestrator: Orchestrator;
  readonly processes: LocalProcesses;
  readonly watchdog: Watchdog;
  readonly patience: Patience;
  readonly stopGraceSeconds: number;
  readonly log: Log;
  /** Aborted when the robot is over and nothing more is said. */
  readonly over: AbortSignal;
};

/** A job on this host, from its start until the server has noted its end. */
export type RunningJob = {
  readonly done: Promise<void>;
  /** Asks the process to end; kills it after the grace period. */
  stop(): void;
  kill(): void;
};

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

function finalReport(end: ChildEnd, isStopped: boolean, latest: Progress): Report {
  const { output } = end;
  const wrong = output && "fault" in output ? `Its output was not handed in: ${output.fault}.` : "";
  const said = output && "value" in output ? { ...latest, output: output.value } : latest;
  if (isStopped) return { ...said, ...(wrong && { error: wrong }), state: "Stopped" };
  if (end.code === 0 && !wrong) return { ...said, state: "Successful" };
  const how = end.failure ?? (end.signal ? `was ended by ${end.signal}` : `ended with code ${end.code}`);
  const sentence = end.failure ? `The process could not be run: ${how}` : `The process ${how}.`;
  const error = `${sentence} ${wrong}`.trim();
  return { ...said, state: "Faulted", error: `${error}\n${end.errorTail}`.trim() };
}

const sentenceOf = ({ state, error }: Report) =>
  error === undefined ? `${state}` : `${state}: ${error.split("\n", 1)[0]}`;

/** Runs one job; `done` rejects only with what ends the robot. */
export function runJob(job: Job, tools: JobTools): RunningJob {
  const { orchestrator, patience, log, over } = tools;
  const name = `job ${job.id} “${job.processName}”`;
  const childEnded = new AbortController();
  const reporting = AbortSignal.any([over, childEnded.signal]);
  let child: Child | undefined;
  let graceTimer: NodeJS.Timeout | undefined;
  let isStopped = false;
  let isOverAtServer = false;
  let latest: Progress = {};
  let isNews = false;
  let sending: Promise<void> | undefined;
  let failure: { readonly error: unknown } | undefined;

  function kill(): void {
    isStopped = true;
    clearTimeout(graceTimer);
    child?.signal("SIGKILL");
  }

  function stop(): void {
    if (isStopped) return;
    isStopped = true;
    child?.signal("SIGTERM");
    graceTimer = setTimeout(() => {
      log(`${name} did not end within ${tools.stopGraceSeconds} s and is killed`);
      kill();
    }, tools.stopGraceSeconds * 1000);
  }

  async function sendNews(): Promise<void> {
    while (isNews && !childEnded.signal.aborted) {
      isNews = false;
      const reported = await sendReport(orchestrator, job.id, latest, patience, reporting);
      if (reported.kind === "refused") log(`${name}: a progress report was refused: ${reported.detail}`);
      if (reported.kind === "over") {
        log(`${name} is over for the server (${reported.as}); its process is asked to end`);
        isOverAtServer = true;
        stop();
        return;
      }
      await patience.pause(PROGRESS_EVERY_SECONDS, reporting);
    }
  }

  function onProgress(progress: Progress): void {
    latest = { ...latest, ...progress };
    isNews = true;
    sending ??= sendNews()
      .catch((error: unknown) => {
        if (!reporting.aborted) failure = { error };
      })
      .finally(() => {
        sending = undefined;
      });
  }

  async function reportEnd(report: Report): Promise<void> {
    const reported = await sendEnd(orchestrator, job.id, report, patience, over);
    if (reported.kind === "noted") return log(`${name} ${sentenceOf(report)}`);
    if (reported.kind === "over") return log(`${name} had ended for the server already: ${reported.as}`);
    log(
      `${name} ${report.state}, but Faulted, because the result could not be handed in: ${reported.detail}`,
    );
  }

  async function run(): Promise<void> {
    const local = tools.processes.get(job.processName);
    if (!local) {
      const error = `This host does not run “${job.processName}”: it is not in the robot's list of processes.`;
      return reportEnd({ state: "Faulted", error });
    }
    const { id: jobId, processName, input } = job;
    try {
      child = startChild(local, { jobId, processName, input, onProgress }, tools.watchdog);
    } catch (error) {
      // Too many open files, for instance: that is about this host, and no reason to end what runs.
      return reportEnd({ state: "Faulted", error: `The process could not be run: ${String(error)}` });
    }
    log(`${name} started as process ${child.pid ?? "none"}`);
    const end = await child.ended;
    clearTimeout(graceTimer);
    childEnded.abort();
    await sending;
    if (failure) throw failure.error;
    if (isOverAtServer) return log(`${name}: its process has ended`);
    await reportEnd(finalReport(end, isStopped, latest));
  }

  return { done: run(), stop, kill };
}

/** @returns whether the server still counts the job as running here */
export async function isStillOurs(
  jobId: string,
  { orchestrator, patience, over }: JobTools,
): Promise<boolean> {
  const ask = () => orchestrator.send("GET", `jobs/${jobId}`, { signal: over });
  const { status, body } = await untilAnswered(ask, patience, over);
  if (status === 404) return false;
  const state = isObject(body) && "state" in body ? body.state : undefined;
  return state !== "Successful" && state !== "Faulted" && state !== "Stopped";
}
