import { z } from "zod";
import { OAUTH_ERRORS } from "@/lib/identity/oauth-error";
import { JOB_STATES } from "@/lib/jobs/schema";
import { PROBLEM_CODES, type ProblemCode } from "@/lib/problem-codes";
import { END_CODES } from "@/lib/sessions/schema";

export const JSON_TYPE = "application/json";
export const PROBLEM_TYPE = "application/problem+json";

/** @returns the schema of a problem document (RFC 9457) with one of these codes */
export const problemOf = (codes: readonly string[]) =>
  z.object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.enum(codes),
    detail: z.string().meta({ description: "For people; it may change" }),
    traceId: z.string().meta({ description: "The server's log says more under it" }),
    errors: z
      .array(z.object({ field: z.string(), detail: z.string() }))
      .optional()
      .meta({ description: "The members or parameters that are not as they should be" }),
  });

type Refusals = Readonly<Record<number, { readonly says: string; readonly codes: readonly string[] }>>;

/** What a status of the robot API says, and the codes that come with it. */
export const ROBOT_PROBLEMS = {
  400: {
    says: "The request is not as it should be.",
    codes: ["invalid_body", "invalid_json", "invalid_request"],
  },
  401: {
    says: "The access token is missing, not valid, or its DPoP proof is not.",
    codes: ["token_missing", "invalid_token", "invalid_dpop_proof", "use_dpop_nonce"],
  },
  403: { says: "The robot may not do that.", codes: ["insufficient_scope", "host_unknown"] },
  404: {
    says: "The machine has no such thing.",
    codes: ["resource_not_found", "session_not_found", "job_not_found", "asset_not_found", "no_successor"],
  },
  409: {
    says: "Something stands in the way.",
    codes: [
      "other_credential",
      "host_name_in_use",
      "wrong_host",
      "job_ended",
      "key_not_handed_over",
      "key_limit_reached",
    ],
  },
  410: { says: "It has ended for good.", codes: [...END_CODES, "credential_withdrawn"] },
  413: { says: "The body is larger than the address takes.", codes: ["body_too_large"] },
  415: { says: "The body is not sent as application/json.", codes: ["unsupported_media_type"] },
  422: {
    says: "A member does not fit.",
    codes: ["invalid_body", "successor_key_refused", "successor_proof_refused"],
  },
  429: { says: "Too many attempts.", codes: ["successor_fetched_too_often"] },
  500: { says: "The server met an unexpected condition.", codes: ["unexpected"] },
  503: { says: "The database is away. `Retry-After` says when to try again.", codes: ["database_away"] },
} as const satisfies Readonly<
  Record<number, { readonly says: string; readonly codes: readonly ProblemCode[] }>
>;

const AWAY = { temporarily_unavailable: "The server cannot reach its database. Try again." };
const UNEXPECTED = { server_error: "The server met an unexpected condition." };

const oauthCodes = (status: number) =>
  Object.entries(OAUTH_ERRORS)
    .filter(([code, error]) => error.status === status && code !== "unsupported_response_type")
    .map(([code]) => code);

const OAUTH_REFUSALS = {
  400: { says: "The request is not as it should be.", codes: oauthCodes(400) },
  401: { says: "The client is not who it says it is.", codes: oauthCodes(401) },
  429: { says: "Too many attempts. `Retry-After` says how long to wait.", codes: oauthCodes(429) },
  500: { says: "The server met an unexpected condition.", codes: Object.keys(UNEXPECTED) },
  503: {
    says: "The database is away. `Retry-After` says when to try again.",
    codes: Object.keys(AWAY),
  },
} as const satisfies Refusals;

const oauthMeanings: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(OAUTH_ERRORS).map(([code, { description }]) => [code, description])),
  ...UNEXPECTED,
  ...AWAY,
};

const robotProblem = problemOf(Object.values(ROBOT_PROBLEMS).flatMap(({ codes }) => [...codes]))
  .extend({ state: z.enum(JOB_STATES).optional().meta({ description: "With `job_ended`: how it ended" }) })
  .meta({ id: "RobotProblem", description: "A problem document (RFC 9457) of the robot API" });

const oauthError = z
  .object({
    error: z.enum(Object.values(OAUTH_REFUSALS).flatMap(({ codes }) => [...codes])),
    error_description: z.string().meta({ description: "For people; it may change" }),
  })
  .meta({ id: "OAuthError", description: "An error of RFC 6749 §5.2" });

export type RobotStatus = keyof typeof ROBOT_PROBLEMS;
export type OAuthStatus = keyof typeof OAUTH_REFUSALS;
export type RefusalName = `RobotProblem${RobotStatus}` | `OAuthError${OAuthStatus}`;

type Kind = {
  readonly prefix: string;
  /** Of which of the document's APIs. */
  readonly group: string;
  readonly mediaType: string;
  readonly schema: z.ZodType;
  readonly meaning: (code: string) => string;
};

/** @returns a response of the document for each status of a refusal */
export function refusalResponses(refusals: Refusals, { prefix, group, mediaType, schema, meaning }: Kind) {
  const entries = Object.entries(refusals).map(([status, { says, codes }]) => [
    `${prefix}${status}`,
    {
      description: [says, codes.map((code) => `- \`${code}\`: ${meaning(code)}`).join("\n")].join("\n\n"),
      "x-status": Number(status),
      "x-group": group,
      "x-codes": Object.fromEntries(codes.map((code) => [code, meaning(code)])),
      content: { [mediaType]: { schema } },
    },
  ]);
  return Object.fromEntries(entries);
}

export const IDENTITY_GROUP = "Identity server";
export const ROBOT_GROUP = "Robot API";

export const OAUTH_RESPONSES = refusalResponses(OAUTH_REFUSALS, {
  prefix: "OAuthError",
  group: IDENTITY_GROUP,
  mediaType: JSON_TYPE,
  schema: oauthError,
  meaning: (code) => oauthMeanings[code] ?? code,
});

export const ROBOT_RESPONSES = refusalResponses(ROBOT_PROBLEMS, {
  prefix: "RobotProblem",
  group: ROBOT_GROUP,
  mediaType: PROBLEM_TYPE,
  schema: robotProblem,
  meaning: (code) => PROBLEM_CODES[code as ProblemCode],
});

/** @returns the responses with which the robot API refuses */
export const robotRefusals = (...statuses: readonly RobotStatus[]): readonly RefusalName[] =>
  ([...statuses, 401, 403, 500, 503] as const).toSorted().map((status) => `RobotProblem${status}` as const);

/** @returns the responses with which the identity server refuses */
export const oauthRefusals = (...statuses: readonly OAuthStatus[]): readonly RefusalName[] =>
  ([...statuses, 500, 503] as const).toSorted().map((status) => `OAuthError${status}` as const);
