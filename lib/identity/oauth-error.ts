/** The error codes of RFC 6749 §5.2, and of RFC 8707 §2, that this server uses, with their status, and what is said about each by default. */
const CODES = {
  invalid_request: { status: 400, description: "The request is malformed." },
  invalid_client: { status: 401, description: "Client authentication failed." },
  unsupported_grant_type: { status: 400, description: "Use grant_type=client_credentials." },
  invalid_target: { status: 400, description: "The requested resource is not served here." },
  invalid_scope: { status: 400, description: "A requested scope is unknown or not granted to this client." },
} as const satisfies Record<string, { status: number; description: string }>;

export type OAuthErrorCode = keyof typeof CODES;

/** A refusal in the words of RFC 6749: what is said (code, status, description), and what is known (detail, for the log). */
export class OAuthError extends Error {
  readonly code: OAuthErrorCode;
  readonly status: number;
  readonly description: string;
  /** Never sent. */
  readonly detail: string | undefined;

  /**
   * @param says a constant text without `"`, `\` and non-ASCII characters (RFC 6749 §5.2); the code's own unless given
   */
  constructor(code: OAuthErrorCode, { says, detail }: { says?: string; detail?: string } = {}) {
    super(code);
    this.name = "OAuthError";
    this.code = code;
    this.status = CODES[code].status;
    this.description = says ?? CODES[code].description;
    this.detail = detail;
  }
}
