import type { ApiRequest } from "@/lib/api-request";
import type { Sql } from "@/lib/ctx";
import type { Audience } from "@/lib/identity/addresses";
import { checkProof, consumeProof, type Proof } from "@/lib/identity/dpop-proof";
import { OAuthError } from "@/lib/identity/oauth-error";
import { proofRefused } from "./challenge";

async function inTheDoorsWords<T>(audience: Audience, asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    throw error instanceof OAuthError ? proofRefused(audience, error) : error;
  }
}

/**
 * Checks that whoever shows a bound token has its key (RFC 9449 §7).
 * @param shown the token as it was shown, and at which door
 * @param jkt the thumbprint in its `cnf` (§6.1)
 * @throws ProblemError 401 with the challenge of §7.1
 */
export function readProof(
  request: ApiRequest,
  { audience, token: text }: { readonly audience: Audience; readonly token: string },
  jkt: string,
  now: Date,
): Promise<Proof> {
  const { method, path } = request;
  const token = { text, jkt };
  return inTheDoorsWords(audience, checkProof(request.header("dpop") ?? "", { method, path, token }, now));
}

/** @throws ProblemError 401 when the proof was sent before (§11.1) */
export const consumeShownProof = (db: Sql, proof: Proof, audience: Audience): Promise<void> =>
  inTheDoorsWords(audience, consumeProof(db, proof));
