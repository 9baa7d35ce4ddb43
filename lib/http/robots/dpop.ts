import type { ApiRequest } from "@/lib/api-request";
import type { Sql } from "@/lib/ctx";
import { checkProof, consumeProof, type Proof } from "@/lib/identity/dpop-proof";
import { OAuthError } from "@/lib/identity/oauth-error";
import { proofRefused } from "./challenge";

async function inTheDoorsWords<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    throw error instanceof OAuthError ? proofRefused(error) : error;
  }
}

/**
 * Checks that whoever shows a bound token has its key (RFC 9449 §7).
 * @param token as it was shown, and the thumbprint in its `cnf` (§6.1)
 * @throws ProblemError 401 with the challenge of §7.1
 */
export function readProof(
  request: ApiRequest,
  token: { text: string; jkt: string },
  now: Date,
): Promise<Proof> {
  const { method, path } = request;
  return inTheDoorsWords(checkProof(request.header("dpop") ?? "", { method, path, token }, now));
}

/** @throws ProblemError 401 when the proof was sent before (§11.1) */
export const consumeShownProof = (db: Sql, proof: Proof): Promise<void> =>
  inTheDoorsWords(consumeProof(db, proof));
