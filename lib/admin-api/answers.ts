import {
  ADMIN_PROBLEM_CODES,
  type AdminProblemCode,
  PROBLEM_CODES,
  type ProblemCode,
} from "@/lib/problem-codes";
import type { Operation } from "./operation";

export type Code = ProblemCode | AdminProblemCode;

type Answers = { readonly says: string; readonly codes: readonly Code[] };

/** What each status of a refusal says, and the codes that come with it. */
export const PROBLEMS = {
  400: {
    says: "The request is not as it should be.",
    codes: ["invalid_body", "invalid_json", "invalid_query", "invalid_idempotency_key", "invalid_request"],
  },
  401: {
    says: "The access token is missing, not valid, or its DPoP proof is not.",
    codes: ["token_missing", "invalid_token", "invalid_dpop_proof", "use_dpop_nonce"],
  },
  403: {
    says: "The API client may not do that.",
    codes: ["forbidden", "confirmation_needed", "insufficient_scope"],
  },
  404: { says: "The tenant has no such thing.", codes: ["not_found", "job_not_found", "resource_not_found"] },
  405: { says: "The address does not know the method; `Allow` says which.", codes: ["method_not_allowed"] },
  409: {
    says: "Something stands in the way.",
    codes: ["conflict", "limit_reached", "cut_grew"],
  },
  410: { says: "It has ended for good.", codes: ["gone"] },
  412: {
    says: "Somebody changed it since the revision that `If-Match` names.",
    codes: ["revision_outdated"],
  },
  413: { says: "The body is larger than the address takes.", codes: ["body_too_large"] },
  415: { says: "The body is not sent as application/json.", codes: ["unsupported_media_type"] },
  422: {
    says: "A member does not fit, or the `Idempotency-Key` came before with another request.",
    codes: ["invalid", "idempotency_key_reused"],
  },
  428: { says: "`If-Match` is missing.", codes: ["revision_missing"] },
  429: { says: "Too many attempts, or requests.", codes: ["too_many", "too_many_requests"] },
  500: { says: "The server met an unexpected condition.", codes: ["unexpected"] },
  503: { says: "The database is away. `Retry-After` says when to try again.", codes: ["database_away"] },
} as const satisfies Readonly<Record<number, Answers>>;

export type ProblemStatus = keyof typeof PROBLEMS;

const ALWAYS: readonly ProblemStatus[] = [400, 401, 403, 404, 429, 500, 503];
const OF_A_CHANGE: readonly ProblemStatus[] = [409, 410, 413, 415, 422];
const OF_A_REVISION: readonly ProblemStatus[] = [412, 428];

/** @returns the statuses an operation may refuse with */
export function problemsOf({ method, hasRevision }: Operation): readonly ProblemStatus[] {
  const ofChange = method === "GET" ? [] : OF_A_CHANGE;
  const ofRevision = method !== "GET" && hasRevision ? OF_A_REVISION : [];
  return [...ALWAYS, ...ofChange, ...ofRevision].sort((one, other) => one - other);
}

/** @returns what a code means, in a sentence */
export const meaningOf = (code: Code): string => ({ ...PROBLEM_CODES, ...ADMIN_PROBLEM_CODES })[code];
