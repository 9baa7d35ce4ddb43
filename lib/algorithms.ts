/** What Latchkey signs its tokens with (RFC 7518 §3.1, RFC 8037 §3.1). */
export const SIGNING_ALGORITHMS = ["ES256", "RS256", "EdDSA"] as const;
export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number];

/** What clients may sign their assertions with. */
export const CLIENT_SIGNING_ALGORITHMS = ["ES256", "RS256", "PS256", "EdDSA"] as const;
