import { createPublicKey, type JsonWebKey } from "node:crypto";
import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from "jose";
import type { RefusalReason } from "@/lib/activity/schema";
import { CLIENT_SIGNING_ALGORITHMS } from "@/lib/algorithms";
import { mayBeClientId } from "@/lib/client-id";
import type { AnonymousActor, Ctx, Sql } from "@/lib/ctx";
import { atNumericDate, MINUTE_SECONDS, secondsUntil } from "@/lib/time";
import { issuer, tokenEndpoint } from "./addresses";
import { isCanonicalJws } from "./compact-jws";
import { consumeJti } from "./consumed-jtis";
import { type CandidateKey, findKeys } from "./credential-lookup";
import type { AuthenticatedClient } from "./credential-row";
import { OAuthError } from "./oauth-error";
import { CLOCK_SKEW_SECONDS } from "./rules";

/** RFC 8037 calls it EdDSA, RFC 9864 Ed25519: they are the same here. */
export const ASSERTION_ALGORITHMS = [...CLIENT_SIGNING_ALGORITHMS, "Ed25519"];

/** An assertion is made for one request; a longer life only helps who steals it. */
const LIFETIME_MAX_SECONDS = 5 * MINUTE_SECONDS;
const JTI_MAX_LENGTH = 256;

const refused = (detail: string, reason: RefusalReason = "assertion_invalid") =>
  new OAuthError("invalid_client", { detail: `assertion: ${detail}`, reason });

/** What an assertion says of itself; nothing of it is believed. */
export type PresentedAssertion = {
  readonly assertion: string;
  readonly alg: string;
  /** The key it names, if any. */
  readonly kid: string | undefined;
  /** The client it claims to come from. */
  readonly clientId: string;
};

/** @throws OAuthError `invalid_client` */
export function readAssertion(assertion: string): PresentedAssertion {
  if (!isCanonicalJws(assertion)) throw refused("it is no JWS in its one spelling");
  try {
    const { alg, kid, typ } = decodeProtectedHeader(assertion);
    const { sub } = decodeJwt(assertion);
    if (typeof alg !== "string" || !ASSERTION_ALGORITHMS.includes(alg)) throw refused("its algorithm");
    if (typ !== undefined && !/^(?:jwt|client-authentication\+jwt)$/i.test(typ)) throw refused("its type");
    if (kid !== undefined && typeof kid !== "string") throw refused("its kid");
    if (typeof sub !== "string" || !mayBeClientId(sub)) throw refused("its sub is no client id");
    return { assertion, alg: alg === "Ed25519" ? "EdDSA" : alg, kid, clientId: sub };
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError) throw refused("it is no JWT");
    throw error;
  }
}

/** The audience (RFC 7523 §3): the issuer, as clients should, or the token endpoint, as many do. */
async function verifiedWith(
  key: CandidateKey,
  assertion: string,
  clientId: string,
  now: Date,
): Promise<JWTPayload | null> {
  try {
    const publicKey = createPublicKey({ key: key.publicJwk as JsonWebKey, format: "jwk" });
    const { payload } = await jwtVerify(assertion, publicKey, {
      algorithms: key.algorithms.includes("EdDSA") ? ["EdDSA", "Ed25519"] : [...key.algorithms],
      issuer: clientId,
      subject: clientId,
      audience: [issuer(), tokenEndpoint()],
      requiredClaims: ["iss", "sub", "aud", "exp", "jti"],
      currentDate: now,
      // For nbf; the end is looked at without tolerance below.
      clockTolerance: CLOCK_SKEW_SECONDS,
    });
    return payload;
  } catch (error) {
    if (error instanceof errors.JWSSignatureVerificationFailed) return null;
    if (error instanceof errors.JOSEError || error instanceof TypeError) throw refused(error.message);
    throw error;
  }
}

/** RFC 7523 §3: exp in the near future, iat not in the future, jti of a length that can be kept. */
function checkTimes({ exp = 0, iat = 0 }: JWTPayload, now: Date): Date {
  const leftSeconds = secondsUntil(exp, now);
  if (leftSeconds <= 0) throw refused("it has expired", "assertion_expired");
  if (leftSeconds > LIFETIME_MAX_SECONDS) throw refused("it ends more than 5 minutes from now");
  if (secondsUntil(iat, now) > CLOCK_SKEW_SECONDS) throw refused("it was issued in the future");
  return atNumericDate(exp);
}

/**
 * Client authentication by a signed assertion (RFC 7523 §2.2, `private_key_jwt`). All refusals are `invalid_client`; the
 * reason goes to the log.
 * @returns the client whose key signed
 * @throws OAuthError `invalid_client`
 */
export async function checkAssertion(
  ctx: Ctx<AnonymousActor, Sql>,
  { assertion, alg, kid, clientId }: PresentedAssertion,
): Promise<AuthenticatedClient> {
  const keys = await findKeys(ctx, clientId, kid);
  for (const key of keys.filter((one) => one.algorithms.includes(alg))) {
    const payload = await verifiedWith(key, assertion, clientId, ctx.now);
    if (!payload) continue;
    const expiresAt = checkTimes(payload, ctx.now);
    const jti = payload.jti ?? "";
    if (jti === "" || jti.length > JTI_MAX_LENGTH) throw refused("its jti is empty or too long");
    if (!(await consumeJti(ctx.db, { kind: "client assertion", owner: clientId, jti }, expiresAt))) {
      throw refused("its jti was used before", "assertion_used_before");
    }
    const checked = key.accept();
    if (!checked.ok) throw refused(checked.reason, checked.word);
    return checked.client;
  }
  throw refused(
    keys.length === 0
      ? "the client is unknown, or has no key or none of that kid"
      : "no key of the client signed it",
    "assertion_key_unknown",
  );
}
