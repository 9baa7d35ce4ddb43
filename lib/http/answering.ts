import type { ApiHandler } from "@/lib/api-request";
import { DATABASE_RETRY_AFTER_SECONDS, isDatabaseAway } from "@/lib/db";
import { REFUSAL_STATUS, Refusal } from "@/lib/errors";
import { log, logRefusal } from "@/lib/log";
import { nonceHeader } from "./dpop-nonce";
import { type Problem, ProblemError, problemAnswer } from "./problem";

/** What differs between the APIs that answer with problem documents. */
type Dialect = {
  /** What a refused request is called in the log. */
  readonly event: string;
  readonly refused: (refusal: Refusal) => Pick<Problem, "code" | "status" | "headers">;
};

const statusOf = ({ code }: Refusal) => REFUSAL_STATUS[code];

const ROBOTS: Dialect = {
  event: "robot.refused",
  refused: (refusal) => ({ status: statusOf(refusal), code: refusal.problem ?? "unexpected" }),
};

/** What is said in `Retry-After` while another deed is in the way. */
const BUSY_RETRY_AFTER_SECONDS = 5;

/** That of the admin API: a refusal without a code of its own has that of its kind. */
export const ADMIN: Dialect = {
  event: "api-client.refused",
  refused: (refusal) => ({
    status: refusal.problem === "revision_outdated" ? 412 : statusOf(refusal),
    code: refusal.problem ?? refusal.code,
    ...(refusal.problem === "too_many_requests" && {
      headers: { "retry-after": String(BUSY_RETRY_AFTER_SECONDS) },
    }),
  }),
};

function problemOf(error: unknown, { refused }: Dialect): Problem {
  if (error instanceof ProblemError) return error.problem;
  if (error instanceof Refusal) {
    return {
      ...refused(error),
      kind: error.code.replaceAll("_", "-"),
      detail: error.message,
      members: {
        ...error.members,
        ...(error.field && { errors: [{ field: error.field, detail: error.message }] }),
        ...(error.errors && { errors: error.errors }),
      },
    };
  }
  if (isDatabaseAway(error)) {
    return {
      status: 503,
      code: "database_away",
      detail: "The server cannot reach its database. Try again.",
      headers: { "retry-after": String(DATABASE_RETRY_AFTER_SECONDS) },
    };
  }
  return {
    status: 500,
    code: "unexpected",
    detail: "The server met an unexpected condition. Its log says more under the traceId.",
  };
}

/** Runs a handler and turns whatever it throws into a problem document. */
export function answering(handle: ApiHandler, dialect = ROBOTS): ApiHandler {
  return async (request) => {
    try {
      return await handle(request);
    } catch (error) {
      const { traceId, address } = request;
      const problem = problemOf(error, dialect);
      const reason = error instanceof ProblemError ? error.reason : undefined;
      if (problem.status >= 500) log.error({ err: error, traceId }, "a program's request failed");
      else {
        // A robot's first proof cannot have a nonce: that is how it gets one.
        const known = () => ({ event: dialect.event, status: problem.status, reason, traceId, address });
        if (problem.code === "use_dpop_nonce") log.debug(known(), "refused");
        else logRefusal(known, "refused");
      }
      const headers = { ...problem.headers, ...nonceHeader(request) };
      return problemAnswer({ ...problem, headers }, traceId);
    }
  };
}
