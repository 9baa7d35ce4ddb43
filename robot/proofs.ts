import { createHash, randomUUID } from "node:crypto";
import { exportJWK, SignJWT } from "jose";
import * as openid from "openid-client";
import type { ServerClock } from "./server-clock";

/** Every server that knows DPoP knows this one, if any. */
const ALGORITHM = "ES256";

/** Proves that the robot has the key which its tokens are bound to (RFC 9449). The key never leaves this process's memory. */
export type Proofs = {
  /** For openid-client, which proves at the token endpoint by itself. */
  readonly handle: openid.DPoPHandle;
  /** @returns the `DPoP` header of one request to a resource */
  forRequest(method: string, target: URL, token: string): Promise<string>;
  /** Keeps the nonce that a resource at this origin gave (RFC 9449 §8.2). */
  hear(response: Response, origin: string): void;
};

/** @returns null where the server does not offer DPoP */
export async function newProofs(config: openid.Configuration, clock: ServerClock): Promise<Proofs | null> {
  if (!config.serverMetadata().dpop_signing_alg_values_supported?.includes(ALGORITHM)) return null;
  const keyPair = await openid.randomDPoPKeyPair(ALGORITHM, { extractable: false });
  const jwk = await exportJWK(keyPair.publicKey);
  const nonces = new Map<string, string>();
  return {
    handle: openid.getDPoPHandle(config, keyPair, {
      [openid.modifyAssertion]: (_header, payload) => Object.assign(payload, { iat: clock.now() }),
    }),
    forRequest(method, { origin, pathname }, token) {
      const nonce = nonces.get(origin);
      return new SignJWT({
        jti: randomUUID(),
        htm: method,
        htu: origin + pathname,
        ath: createHash("sha256").update(token).digest("base64url"),
        ...(nonce !== undefined && { nonce }),
      })
        .setIssuedAt(clock.now())
        .setProtectedHeader({ typ: "dpop+jwt", alg: ALGORITHM, jwk })
        .sign(keyPair.privateKey);
    },
    hear({ headers }, origin) {
      const nonce = headers.get("dpop-nonce");
      if (nonce) nonces.set(origin, nonce);
    },
  };
}

/** @returns whether the server only wants another proof: with its nonce, or with its time */
export const wantsAnotherProof = ({ headers }: Response): boolean =>
  /\bDPoP\b.*\berror="(?:use_dpop_nonce|invalid_dpop_proof)"/i.test(headers.get("www-authenticate") ?? "");
