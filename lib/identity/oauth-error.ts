import type { RefusalReason } from "@/lib/activity/schema";

/**
 * The error codes of RFC 6749 §4.1.2.1, §5.2, of RFC 8707 §2 and of RFC 9449 §5, §8 that this server uses, with their status at the
 * endpoints for clients, and what is said about each by default.
 *
 * `slow_down` is registered for the token endpoint by RFC 8628 §3.5 and means what it says with RFC 6585 §4's status. `invalid_client`
 * cannot go with 429: to a client that sent an Authorization header it must come with 401 (RFC 6749 §5.2).
 */
export const OAUTH_ERRORS = {
  invalid_request: { status: 400, description: "The request is malformed." },
  invalid_client: { status: 401, description: "Client authentication failed." },
  slow_down: {
    status: 429,
    description: "Client authentication failed, and did so too often. Wait as long as Retry-After says.",
  },
  unsupported_grant_type: { status: 400, description: "Use grant_type=client_credentials." },
  unsupported_response_type: {
    status: 400,
    description:
      "There is no authorization flow here. Use grant_type=client_credentials at the token endpoint.",
  },
  invalid_target: { status: 400, description: "The requested resource is not served here." },
  invalid_dpop_proof: { status: 400, description: "The DPoP proof is not valid." },
  use_dpop_nonce: {
    status: 400,
    description: "Make the DPoP proof again with the nonce in the DPoP-Nonce header of this answer.",
  },
  invalid_scope: { status: 400, description: "A requested scope is unknown or not granted to this client." },
} as const satisfies Record<string, { status: number; description: string }>;

export type OAuthErrorCode = keyof typeof OAUTH_ERRORS;

/** A refusal in the words of RFC 6749: what is said (code, status, description), and what is known (detail, for the log). */
export class OAuthError extends Error {
  readonly code: OAuthErrorCode;
  readonly status: number;
  readonly description: string;
  /** Never sent. */
  readonly detail: string | undefined;
  /** Never sent: the word for records, where it is more than the code says. */
  readonly reason: RefusalReason | undefined;
  /** Sent as `Retry-After`. */
  readonly retryAfterSeconds: number | undefined;

  /**
   * @param says a constant text without `"`, `\` and non-ASCII characters (RFC 6749 §5.2); the code's own unless given
   */
  constructor(
    code: OAuthErrorCode,
    {
      says,
      detail,
      reason,
      retryAfterSeconds,
    }: {
      readonly says?: string;
      readonly detail?: string;
      readonly reason?: RefusalReason | undefined;
      readonly retryAfterSeconds?: number;
    } = {},
  ) {
    const { stackTraceLimit } = Error;
    // A refusal is an answer: where it was made is not looked up for each of ten thousand a second.
    Error.stackTraceLimit = 0;
    super(code);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = "OAuthError";
    this.code = code;
    this.status = OAUTH_ERRORS[code].status;
    this.description = says ?? OAUTH_ERRORS[code].description;
    this.detail = detail;
    this.reason = reason;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
