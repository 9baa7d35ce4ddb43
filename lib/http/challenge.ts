import { ProblemError } from "@/lib/http/problem";
import { type Audience, resourceMetadataAddress } from "@/lib/identity/addresses";
import { DPOP_ALGORITHMS } from "@/lib/identity/dpop-proof";
import type { OAuthError } from "@/lib/identity/oauth-error";

/** How a token is shown: whoever has it may use it (RFC 6750), or with a proof of the key it is bound to (RFC 9449). */
export type Scheme = "Bearer" | "DPoP";

/** At which door, and how a token was shown there; null where none was. */
export type At = { readonly audience: Audience; readonly scheme: Scheme | null };

/** RFC 9728 §5.1: whoever is refused learns where it says how to come in. */
const challengeOf = (audience: Audience, scheme: Scheme, parameters = ""): string =>
  [
    `${scheme} realm="Latchkey", resource_metadata="${resourceMetadataAddress(audience)}"`,
    ...(scheme === "DPoP" ? [`algs="${DPOP_ALGORITHMS.join(" ")}"`] : []),
    ...(parameters ? [parameters] : []),
  ].join(", ");

/**
 * RFC 9449 §7.1, §7.2: both schemes to whoever used none or Bearer; who used DPoP is not led to the weaker one.
 * @param parameters go to the scheme that was used
 */
const challenge = ({ audience, scheme }: At, parameters = ""): string =>
  scheme === "DPoP"
    ? challengeOf(audience, "DPoP", parameters)
    : `${challengeOf(audience, "Bearer", parameters)}, ${challengeOf(audience, "DPoP")}`;

/** RFC 6750 §3: a challenge without error code, for no token was sent. */
export const noToken = (at: At) =>
  new ProblemError({
    status: 401,
    kind: "token-missing",
    code: "token_missing",
    detail:
      at.audience === "admin"
        ? "Send an access token: Authorization: Bearer <token>. An API client buys it at the token endpoint."
        : "Send an access token: Authorization: Bearer <token>. See GET authentication.",
    headers: { "www-authenticate": challenge(at) },
  });

/** @param reason for the log; outside, all are one */
export const noLongerGood = (at: At, reason: string) =>
  new ProblemError(
    {
      status: 401,
      kind: "invalid-token",
      code: "invalid_token",
      detail: "The access token is not valid, or no longer. Buy a new one with the client's credentials.",
      headers: {
        "www-authenticate": challenge(
          at,
          'error="invalid_token", error_description="The access token is not valid."',
        ),
      },
    },
    reason,
  );

export const invalidRequest = (at: At, detail: string) =>
  new ProblemError({
    status: 400,
    kind: "invalid-request",
    code: "invalid_request",
    detail,
    headers: { "www-authenticate": challenge(at, 'error="invalid_request"') },
  });

export const insufficientScope = (at: At, scope: string) =>
  new ProblemError({
    status: 403,
    kind: "insufficient-scope",
    code: "insufficient_scope",
    detail: `This needs the scope ${scope}, which the access token does not have.`,
    headers: { "www-authenticate": challenge(at, `error="insufficient_scope", scope="${scope}"`) },
  });

/** RFC 9449 §7.1, §9: what is wrong with the proof, in the words of the token endpoint. */
export const proofRefused = (audience: Audience, { code, description, detail }: OAuthError) =>
  new ProblemError(
    {
      status: 401,
      kind: code.replaceAll("_", "-"),
      code: code === "use_dpop_nonce" ? code : "invalid_dpop_proof",
      detail: description,
      headers: {
        "www-authenticate": challenge(
          { audience, scheme: "DPoP" },
          `error="${code}", error_description="${description}"`,
        ),
      },
    },
    detail,
  );
