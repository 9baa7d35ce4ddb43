import { endText, isEndCode } from "@/lib/sessions/rules";
import { type EndCode, UNRESPONSIVE_AFTER_SECONDS } from "@/lib/sessions/schema";
import { JOB_END_CODES, type JobEndCode, type JobState, type REPORTED_STATES } from "./schema";

/** What can happen to a job after it was created. */
export type JobDeed =
  | "claim"
  | "stop"
  | "kill"
  | `report ${(typeof REPORTED_STATES)[number]}`
  | "cut"
  | "lose host";

/**
 * The life of a job, as one table. A job that is not in the table for a deed refuses it; ended jobs refuse all.
 * A pending job that is stopped or killed never started, so nobody has to be asked.
 */
const NEXT: Readonly<Record<JobDeed, Partial<Readonly<Record<JobState, JobState>>>>> = {
  claim: { Pending: "Running" },
  stop: { Pending: "Stopped", Running: "Stopping" },
  kill: { Pending: "Stopped", Running: "Terminating", Stopping: "Terminating" },
  "report Successful": { Running: "Successful", Stopping: "Successful", Terminating: "Successful" },
  "report Faulted": { Running: "Faulted", Stopping: "Faulted", Terminating: "Faulted" },
  "report Stopped": { Running: "Stopped", Stopping: "Stopped", Terminating: "Stopped" },
  cut: { Running: "Stopped", Stopping: "Stopped", Terminating: "Stopped" },
  "lose host": { Running: "Faulted", Stopping: "Faulted", Terminating: "Faulted" },
};

/** @returns the state after the deed, or null where the deed is not allowed */
export function nextState(state: JobState, deed: JobDeed): JobState | null {
  return NEXT[deed][state] ?? null;
}

/** @returns the states a deed may start from, for the guard in the write */
export function statesBefore(deed: JobDeed): JobState[] {
  return Object.keys(NEXT[deed]) as JobState[];
}

/** The states in which a job holds a host. */
export const ON_HOST: readonly JobState[] = ["Running", "Stopping", "Terminating"];

export function isEnded(state: JobState): boolean {
  return state === "Successful" || state === "Faulted" || state === "Stopped";
}

/** A host as far as it matters for taking a job. */
export type Candidate = { readonly mayRun: number; readonly running: number };

/**
 * Says why nobody takes a pending job.
 * @param candidates the connected hosts that the job's target allows, with what they may run of its runtime type
 * @returns null when a host is free and will take it
 */
export function whyPending(runtimeType: string, candidates: readonly Candidate[]): string | null {
  if (candidates.length === 0) return "No host is connected that this job may run on.";
  const able = candidates.filter(({ mayRun }) => mayRun > 0);
  if (able.length === 0)
    return `The connected hosts may run no ${runtimeType} jobs: see the machine's runtimes.`;
  if (able.some(({ mayRun, running }) => running < mayRun)) return null;
  return able.length === 1 ? "The host is busy." : `All ${able.length} hosts are busy.`;
}

const JOB_END_WORDS: Readonly<Record<Exclude<JobEndCode, EndCode>, (by: string | null) => string>> = {
  host_silent: () => `the host was silent for ${UNRESPONSIVE_AFTER_SECONDS} seconds`,
  not_running: () => "the robot started again without it",
  other_robot: (by) =>
    `a robot that does not run it connected under this host's name${by === null ? "" : `, from ${by}`}`,
  robot_disconnected: () => "the robot disconnected before it reported the end",
  stopped_before_start: (by) => `stopped before it started${by === null ? "" : ` by ${by}`}`,
};

export const isJobEndCode = (code: string): code is JobEndCode =>
  JOB_END_CODES.some((known) => known === code);

/** @returns why the job ended, for people: part of a sentence */
export const jobEndText = (code: JobEndCode, endedBy: string | null): string =>
  isEndCode(code) ? endText(code, endedBy) : JOB_END_WORDS[code](endedBy);
