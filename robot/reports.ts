import { randomUUID } from "node:crypto";
import { type Patience, untilAnswered } from "./back-off";
import type { Orchestrator } from "./orchestrator";

const ENDED = ["Successful", "Faulted", "Stopped"];

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

/**
 * Sends a report until it is answered, under one id: an answer that was lost on its way makes no second report.
 * @throws RobotEnd; the signal's reason once it is aborted
 */
export async function sendReport(
  orchestrator: Orchestrator,
  jobId: string,
  report: Report,
  patience: Patience,
  signal: AbortSignal,
): Promise<Reported> {
  const body = { ...report, reportId: randomUUID() };
  const send = () => orchestrator.send("PATCH", `jobs/${jobId}`, { body, signal });
  const { status, state, detail } = await untilAnswered(send, patience, signal);
  if (status === 200) return { kind: "noted" };
  if (status === 404 || status === 410) return { kind: "over", as: detail };
  if (status === 409 && state !== undefined && ENDED.includes(state)) return { kind: "over", as: state };
  return { kind: "refused", detail: `${status} ${detail}` };
}
