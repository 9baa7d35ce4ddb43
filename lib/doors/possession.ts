import type { ApiRequest } from "@/lib/api-request";
import type { Sql } from "@/lib/ctx";
import { currentNonce } from "@/lib/identity/dpop-nonce";
import { checkProof, type Proof, spendProof } from "@/lib/identity/dpop-proof";
import { OAuthError } from "@/lib/identity/oauth-error";
import { proofRefused } from "./challenge";

/**
 * RFC 9449 §8.2: every answer to a client that uses DPoP carries the nonce for its next proof, so that one that asks every few
 * minutes is never sent back for another.
 * @returns headers; none for everybody else
 */
export function nonceHeader(request: ApiRequest): Readonly<Record<string, string>> {
  const usesDpop = request.header("dpop") !== null || /^dpop /i.test(request.header("authorization") ?? "");
  return usesDpop ? { "dpop-nonce": currentNonce(new Date()) } : NONE;
}

const NONE = {};

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
export const spendShownProof = (db: Sql, proof: Proof): Promise<void> =>
  inTheDoorsWords(spendProof(db, proof));
