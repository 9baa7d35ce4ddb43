import * as openid from "openid-client";
import { z } from "zod";
import { Unreachable } from "./back-off";
import { RobotEnd } from "./exit-codes";
import type { Settings } from "./settings";

/** A token is replaced this long before it ends, or at four fifths of a short life. */
const RENEW_SECONDS_BEFORE = 60;
const TIMEOUT_SECONDS = 15;

const authenticationSchema = z.object({
  mechanism: z.string(),
  issuer: z.url(),
  heartbeatIntervalSeconds: z.number().min(1).max(3600),
});

/** How the server wants to be talked to. */
export type Authentication = z.output<typeof authenticationSchema>;

/** The access token that the robot holds at the moment, bought when it is needed. */
export type Tokens = {
  authentication(): Promise<Authentication>;
  /**
   * @throws Unreachable; RobotEnd `cut` when the identity server does not accept client id and secret
   */
  current(): Promise<string>;
  /** A resource refused this token: the next call buys another one. */
  refuse(token: string): void;
  /** Drops everything that opens a door. */
  forget(): void;
};

type Held = { readonly token: string; readonly renewAt: number };

const reasonOf = (error: unknown): string => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : "";
  return `${error instanceof Error ? error.message : String(error)}${cause && ` (${cause})`}`;
};

/** Tells a refusal that will stay from one that may pass. */
function refusalOf(error: unknown): Error {
  const status =
    error instanceof openid.ResponseBodyError || error instanceof openid.WWWAuthenticateChallengeError
      ? error.status
      : undefined;
  const code = error instanceof openid.ResponseBodyError ? error.error : undefined;
  // Latchkey says slow_down only to a client that it has checked and does not accept.
  if (status === 401 || code === "invalid_client" || code === "unauthorized_client" || code === "slow_down") {
    return new RobotEnd(
      "cut",
      "the identity server does not accept the client id and secret (no longer): the secret was deleted, or the machine disabled or deleted",
    );
  }
  if (status !== undefined && status < 500 && status !== 429) {
    return new RobotEnd("unexpected", `the identity server sells no token: ${reasonOf(error)}`);
  }
  return new Unreachable(`no token: ${reasonOf(error)}`, 0, { cause: error });
}

/** Buys with the client credentials grant (RFC 6749 §4.4), through openid-client. */
export function tokenPurse({ url, clientId, clientSecret }: Settings): Tokens {
  let held: Held | undefined;
  let buying: Promise<Held> | undefined;
  let secret: string | undefined = clientSecret;
  let known: Authentication | undefined;
  let config: openid.Configuration | undefined;

  async function ask(): Promise<Authentication> {
    const address = new URL(`${url.href.replace(/\/$/, "")}/api/orchestrator/authentication`);
    const signal = AbortSignal.timeout(TIMEOUT_SECONDS * 1000);
    let body: unknown;
    try {
      const response = await fetch(address, { signal });
      if (!response.ok) throw new Error(`it answers ${response.status}`);
      body = await response.json();
    } catch (error) {
      throw new Unreachable(`${address.href}: ${reasonOf(error)}`, 0, { cause: error });
    }
    const parsed = authenticationSchema.safeParse(body);
    if (!parsed.success) throw new RobotEnd("settings", `${url.origin} does not answer as Latchkey does.`);
    if (parsed.data.mechanism !== "ClientCredentials") {
      throw new RobotEnd(
        "unexpected",
        `the server wants ${parsed.data.mechanism}, which this robot cannot do`,
      );
    }
    if (url.protocol === "https:" && !parsed.data.issuer.startsWith("https:")) {
      throw new RobotEnd("settings", "the server names an issuer without TLS; the secret is not sent there");
    }
    return parsed.data;
  }

  async function configure(): Promise<openid.Configuration> {
    known ??= await ask();
    if (secret === undefined) throw new RobotEnd("cut", "the client secret was forgotten");
    return openid.discovery(new URL(known.issuer), clientId, undefined, openid.ClientSecretPost(secret), {
      algorithm: "oauth2",
      timeout: TIMEOUT_SECONDS,
      execute: url.protocol === "http:" ? [openid.allowInsecureRequests] : [],
    });
  }

  async function buy(): Promise<Held> {
    try {
      config ??= await configure();
      // The host's wall clock may be wrong; this one only counts.
      const askedAt = performance.now();
      const { access_token: token, expires_in: lifetime = 300 } = await openid.clientCredentialsGrant(config);
      const usable = Math.max(lifetime - RENEW_SECONDS_BEFORE, lifetime * 0.8);
      return { token, renewAt: askedAt + usable * 1000 };
    } catch (error) {
      throw error instanceof RobotEnd || error instanceof Unreachable ? error : refusalOf(error);
    }
  }

  return {
    authentication: async () => {
      known ??= await ask();
      return known;
    },
    async current() {
      if (held && performance.now() < held.renewAt) return held.token;
      buying ??= buy().finally(() => {
        buying = undefined;
      });
      held = await buying;
      return held.token;
    },
    refuse(token) {
      if (held?.token === token) held = undefined;
    },
    forget() {
      held = undefined;
      config = undefined;
      secret = undefined;
    },
  };
}
