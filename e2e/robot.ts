import { createPrivateKey, randomUUID } from "node:crypto";
import {
  allowInsecureRequests,
  type ClientAuth,
  ClientSecretPost,
  type Configuration,
  clientCredentialsGrant,
  discovery,
  PrivateKeyJwt,
} from "openid-client";
import { ORIGIN } from "./surroundings";

/** A robot on a host, as its maker would write it: an OAuth client library, the orchestrator's address and a pair. */
export type Robot = {
  readonly accessToken: string;
  call(method: string, path: string, body?: object): Promise<Response>;
  /** Connects the host and returns the session's id. */
  connect(hostName: string): Promise<string>;
  /** Asks for work and returns the id of the job that is now its. */
  claim(sessionId: string): Promise<string>;
  /** Says how a job goes, or that it ended. */
  report(jobId: string, report: object): Promise<void>;
};

/** Steps 2 and 3: asks the orchestrator how to authenticate, then the issuer for its metadata. */
async function configure(clientId: string, authentication: ClientAuth): Promise<Configuration> {
  const answer = await fetch(`${ORIGIN}/api/orchestrator/authentication`);
  const { mechanism, issuer } = (await answer.json()) as { mechanism: string; issuer: string };
  if (mechanism !== "ClientCredentials") throw new Error(`cannot authenticate with ${mechanism}`);
  return discovery(new URL(issuer), clientId, undefined, authentication, {
    algorithm: "oauth2",
    execute: [allowInsecureRequests],
  });
}

/**
 * Steps 1 to 5: with client id and secret, buys an access token.
 * @throws what openid-client throws when the identity server refuses
 */
export function startRobot({
  clientId,
  clientSecret,
}: {
  readonly clientId: string;
  readonly clientSecret: string;
}): Promise<Robot> {
  return robotWith(clientId, ClientSecretPost(clientSecret));
}

/** The WebCrypto names of what a key signs with. */
const ALGORITHMS = {
  ES256: { name: "ECDSA", namedCurve: "P-256" },
  EdDSA: { name: "Ed25519" },
  RS256: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
} as const;

/**
 * The same with a private key (RFC 7523): nothing secret leaves the robot.
 * @param privateKey PKCS#8 in PEM
 */
export async function startRobotWithKey({
  clientId,
  keyId,
  privateKey,
  algorithm = "ES256",
}: {
  readonly clientId: string;
  readonly keyId: string;
  readonly privateKey: string;
  readonly algorithm?: keyof typeof ALGORITHMS;
}): Promise<Robot> {
  const pkcs8 = createPrivateKey(privateKey).export({ format: "der", type: "pkcs8" });
  const key = await crypto.subtle.importKey("pkcs8", pkcs8, ALGORITHMS[algorithm], false, ["sign"]);
  return robotWith(clientId, PrivateKeyJwt({ key, kid: keyId }));
}

async function robotWith(clientId: string, authentication: ClientAuth): Promise<Robot> {
  const tokens = await clientCredentialsGrant(await configure(clientId, authentication));
  const call: Robot["call"] = (method, path, body) =>
    fetch(`${ORIGIN}/api/orchestrator/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${tokens.access_token}`,
        ...(body && { "content-type": "application/json" }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
  return {
    accessToken: tokens.access_token,
    call,
    async connect(hostName) {
      const response = await call("POST", "sessions", {
        hostName,
        robotVersion: "24.10.1",
        platform: "linux",
      });
      if (response.status !== 201)
        throw new Error(`not connected: ${response.status} ${await response.text()}`);
      return ((await response.json()) as { id: string }).id;
    },
    async claim(sessionId) {
      const response = await call("POST", `sessions/${sessionId}/jobs/next`, { waitSeconds: 10 });
      if (response.status !== 200) throw new Error(`no job: ${response.status} ${await response.text()}`);
      return ((await response.json()) as { id: string }).id;
    },
    async report(jobId, report) {
      const response = await call("PATCH", `jobs/${jobId}`, { reportId: randomUUID(), ...report });
      if (response.status !== 200)
        throw new Error(`not reported: ${response.status} ${await response.text()}`);
    },
  };
}
