import type { ApiRequest } from "@/lib/api-request";
import { currentNonce } from "@/lib/identity/dpop-nonce";

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
