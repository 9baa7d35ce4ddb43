import { randomBytes } from "node:crypto";
import { STATUS_CODES } from "node:http";

/** A problem document of the orchestrator (RFC 9457), before it is sent. */
export type Problem = {
  readonly status: number;
  /** The last part of the problem's type; `about:blank` without one. */
  readonly kind?: string;
  /** What is wrong and what to do, for the person who reads the robot's log. */
  readonly detail: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** More members, e.g. `errors` for fields. */
  readonly members?: Readonly<Record<string, unknown>>;
};

const TRACE_PARENT = /^[\da-f]{2}-(?!0{32})([\da-f]{32})-[\da-f]{16}-[\da-f]{2}$/;

/** @returns the caller's trace id (W3C Trace Context) or a new one; it joins an answer with the log. */
export function traceIdOf(headers: Headers): string {
  return TRACE_PARENT.exec(headers.get("traceparent") ?? "")?.[1] ?? randomBytes(16).toString("hex");
}

/** @returns the problem as an `application/problem+json` response that no cache keeps. */
export function problemResponse(problem: Problem, traceId: string): Response {
  return new Response(
    JSON.stringify({
      type: problem.kind ? `urn:latchkey:problem:${problem.kind}` : "about:blank",
      title: STATUS_CODES[problem.status],
      status: problem.status,
      detail: problem.detail,
      traceId,
      ...problem.members,
    }),
    {
      status: problem.status,
      headers: {
        "content-type": "application/problem+json",
        "cache-control": "no-store",
        ...problem.headers,
      },
    },
  );
}

/** Thrown inside the robot door where there is nothing to do but answer the problem. */
export class ProblemError extends Error {
  readonly problem: Problem;
  /** Never sent. */
  readonly reason: string | undefined;

  constructor(problem: Problem, reason?: string) {
    super(problem.detail);
    this.name = "ProblemError";
    this.problem = problem;
    this.reason = reason;
  }
}
