import { randomUUID } from "node:crypto";
import { type Patience, Unreachable, untilAnswered } from "./back-off";
import type { Orchestrator } from "./orchestrator";

/** After so many failures of the same kind in a row, it is this report that the server fails at. */
const SAME_FAILURES = 8;
const ERROR_MAX_LENGTH = 3500;

/** What is said about a job; with a state it is the last that is said. */
export type Report = {
  readonly state?: "Successful" | "Faulted" | "Stopped";
  readonly progress?: number;
  readonly message?: string;
  readonly output?: unknown;
  readonly error?: string;
};

/** What the server made of a report. */
export type Reported =
  | { readonly kind: "noted" }
  /** The job has ended in the server's books, or is not this host's (any more): that is the truth now. */
  | { readonly kind: "over"; readonly as: string }
  | { readonly kind: "refused"; readonly detail: string };

type Attempt = () => Promise<Reported>;

/** @returns sends the report once, under the same id each time: an answer that was lost on its way makes no second report */
function attemptAt(orchestrator: Orchestrator, jobId: string, report: Report, signal: AbortSignal): Attempt {
  const body = { ...report, reportId: randomUUID() };
  return async () => {
    const { status, code, state, detail } = await orchestrator.send("PATCH", `jobs/${jobId}`, {
      body,
      signal,
    });
    if (status === 200) return { kind: "noted" };
    if (status === 404 || status === 410) return { kind: "over", as: detail };
    if (code === "job_ended") return { kind: "over", as: state ?? detail };
    return { kind: "refused", detail: `${status} ${detail}` };
  };
}

/** Takes it as refused when the server fails at it in the same way again and again. */
function bounded(attempt: Attempt): Attempt {
  let status: number | undefined;
  let times = 0;
  return async () => {
    try {
      return await attempt();
    } catch (error) {
      const failed = error instanceof Unreachable ? error.status : undefined;
      times = failed === status ? times + 1 : 1;
      status = failed;
      if (failed === undefined || times < SAME_FAILURES) throw error;
      return { kind: "refused", detail: `${(error as Error).message} each time` };
    }
  };
}

/**
 * Sends a report until it is answered, or the server has failed at it too often.
 * @throws RobotEnd; the signal's reason once it is aborted
 */
export const sendReport = (
  orchestrator: Orchestrator,
  jobId: string,
  report: Report,
  patience: Patience,
  signal: AbortSignal,
): Promise<Reported> =>
  untilAnswered(bounded(attemptAt(orchestrator, jobId, report, signal)), patience, signal);

/**
 * Sends the last report of a job as `sendReport`; where it is refused, the job is reported as Faulted with the reason.
 * @returns what the server made of the first; `refused` when it took the second
 */
export function sendEnd(
  orchestrator: Orchestrator,
  jobId: string,
  report: Report,
  patience: Patience,
  signal: AbortSignal,
): Promise<Reported> {
  const attempt = bounded(attemptAt(orchestrator, jobId, report, signal));
  let instead: Attempt | undefined;
  const attemptBoth = async (): Promise<Reported> => {
    const reported = await attempt();
    if (reported.kind !== "refused") return reported;
    const error = `The robot could not hand in the result: ${reported.detail}`.slice(0, ERROR_MAX_LENGTH);
    instead ??= attemptAt(orchestrator, jobId, { state: "Faulted", error }, signal);
    // Where the server fails at this as well, it is not the result that it fails at, and both are tried again.
    await instead();
    return reported;
  };
  return untilAnswered(attemptBoth, patience, signal);
}
