import { STATUS_CODES } from "node:http";
import type { ApiAnswer } from "@/lib/api-request";
import type { AdminProblemCode, ProblemCode } from "@/lib/problem-codes";

/** A problem document (RFC 9457) of an API, before it is sent. */
export type Problem = {
  readonly status: number;
  /** The last part of the problem's type; `about:blank` without one. */
  readonly kind?: string;
  /** What programs decide by. */
  readonly code: ProblemCode | AdminProblemCode;
  /** What is wrong and what to do, for the person who reads the program's log. */
  readonly detail: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** More members, e.g. `errors` for fields. */
  readonly members?: Readonly<Record<string, unknown>>;
};

/** @returns the problem as an `application/problem+json` answer that no cache keeps. */
export function problemAnswer(problem: Problem, traceId: string): ApiAnswer {
  return {
    status: problem.status,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      ...problem.headers,
    },
    body: JSON.stringify({
      type: problem.kind ? `urn:latchkey:problem:${problem.kind}` : "about:blank",
      title: STATUS_CODES[problem.status],
      status: problem.status,
      code: problem.code,
      detail: problem.detail,
      traceId,
      ...problem.members,
    }),
  };
}

/** Thrown inside the door where there is nothing to do but answer the problem. */
export class ProblemError extends Error {
  readonly problem: Problem;
  /** Never sent. */
  readonly reason: string | undefined;

  constructor(problem: Problem, reason?: string) {
    const { stackTraceLimit } = Error;
    // A refusal is an answer: where it was made is not looked up for each of ten thousand a second.
    Error.stackTraceLimit = 0;
    super(problem.detail);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = "ProblemError";
    this.problem = problem;
    this.reason = reason;
  }
}
