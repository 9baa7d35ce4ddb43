import * as openid from "openid-client";
import { type Authentication, askAuthentication, reasonOf } from "./authentication";
import { Unreachable } from "./back-off";
import { RobotEnd } from "./exit-codes";
import { newProofs, type Proofs } from "./proofs";
import { serverClock } from "./server-clock";
import type { Credential, Settings } from "./settings";

/** A token is replaced this long before it ends, or at four fifths of a short life. */
const RENEW_SECONDS_BEFORE = 60;
const TIMEOUT_SECONDS = 15;
const ASSERTION_LIFETIME_SECONDS = 60;
/** A clock that was wrong by more than this may be why the server refused what was dated by it. */
const CLOCK_JUMP_SECONDS = 5;

/** A token with the headers that show it. */
export type Shown = {
  readonly token: string;
  readonly headers: Readonly<Record<string, string>>;
};

/** The access token that the robot holds at the moment, bought when it is needed, and bound to its key where the server offers that. */
export type Tokens = {
  authentication(): Promise<Authentication>;
  /**
   * @param path below the orchestrator, or a whole address of the identity server
   * @throws Unreachable; RobotEnd `cut` when the identity server does not accept the robot's secret or key
   */
  show(method: string, path: string): Promise<Shown>;
  /** Learns from a resource's answer what the next proof needs. */
  hear(response: Response): void;
  /** A resource refused this token: the next call buys another one. */
  refuse(token: string): void;
  /** The server's time (NumericDate, RFC 7519 §2). */
  now(): number;
  /** Drops everything that opens a door. */
  forget(): void;
};

type Held = { readonly token: string; readonly isBound: boolean; readonly renewAt: number };
type Client = { readonly config: openid.Configuration; readonly proofs: Proofs | null };

/** What the identity server said (RFC 6749 §5.2), or what went wrong on the way to it. */
function saidOf(error: unknown): string {
  if (!(error instanceof openid.ResponseBodyError)) return reasonOf(error);
  return [error.error, error.error_description].filter(Boolean).join(": ");
}

const codeOf = (error: unknown) => (error instanceof openid.ResponseBodyError ? error.error : undefined);

/** Tells a refusal that will stay from one that may pass. */
function refusalOf(error: unknown): Error {
  const status =
    error instanceof openid.ResponseBodyError || error instanceof openid.WWWAuthenticateChallengeError
      ? error.status
      : undefined;
  const code = codeOf(error) ?? "";
  // Latchkey says slow_down only to a client that it has checked and does not accept.
  if (status === 401 || /^(?:invalid_client|unauthorized_client|slow_down)$/.test(code)) {
    return new RobotEnd(
      "cut",
      "the identity server does not accept the client id and secret or key (no longer): it was deleted, or the machine disabled or deleted",
    );
  }
  const mayPass = status === undefined || status >= 500 || status === 429 || code === "use_dpop_nonce";
  if (!mayPass) return new RobotEnd("unexpected", `the identity server sells no token: ${saidOf(error)}`);
  return new Unreachable(`no token: ${saidOf(error)}`, 0, { cause: error });
}

/** Buys with the client credentials grant (RFC 6749 §4.4), through openid-client. */
export function tokenCache({ url, clientId, credential: given }: Settings): Tokens {
  const clock = serverClock();
  let held: Held | undefined;
  let buying: Promise<Held> | undefined;
  let credential: Credential | undefined = given;
  let known: Authentication | undefined;
  let client: Client | undefined;

  async function authentication(): Promise<Authentication> {
    known ??= await askAuthentication(url, clock);
    return known;
  }

  /** RFC 7523 §3, dated by the server's clock. */
  const byKey = ({ key, keyId }: Extract<Credential, { kind: "key" }>) =>
    openid.PrivateKeyJwt(
      { key, kid: keyId },
      {
        [openid.modifyAssertion]: (_header, payload) => {
          const iat = clock.now();
          Object.assign(payload, { iat, nbf: iat, exp: iat + ASSERTION_LIFETIME_SECONDS });
        },
      },
    );

  async function configure(): Promise<Client> {
    const { issuer } = await authentication();
    if (credential === undefined) throw new RobotEnd("cut", "the client's secret or key was forgotten");
    const method =
      credential.kind === "secret" ? openid.ClientSecretPost(credential.secret) : byKey(credential);
    const config = await openid.discovery(new URL(issuer), clientId, undefined, method, {
      algorithm: "oauth2",
      timeout: TIMEOUT_SECONDS,
      execute: url.protocol === "http:" ? [openid.allowInsecureRequests] : [],
      [openid.customFetch]: async (address, { body: sent, signal = null, ...rest }) => {
        // Forms are all that it sends.
        const body = sent instanceof URLSearchParams ? sent : null;
        const response = await fetch(address, { ...rest, body, signal });
        clock.hear(response);
        return response;
      },
    });
    return { config, proofs: await newProofs(config, clock) };
  }

  async function grant({ config, proofs }: Client): Promise<Held> {
    // The host's wall clock may be wrong; this one only counts.
    const askedAt = performance.now();
    const options = proofs ? { DPoP: proofs.handle } : {};
    const answer = await openid.clientCredentialsGrant(config, {}, options);
    const { access_token: token, token_type: type, expires_in: lifetime = 300 } = answer;
    const usable = Math.max(lifetime - RENEW_SECONDS_BEFORE, lifetime * 0.8);
    return { token, isBound: type.toLowerCase() === "dpop", renewAt: askedAt + usable * 1000 };
  }

  /** Asks once more when the answer shows that proof or assertion was dated by a wrong clock, as after a host's sleep. */
  async function grantInTime(from: Client): Promise<Held> {
    const [thought, askedAt] = [clock.now(), performance.now()];
    try {
      return await grant(from);
    } catch (error) {
      const expected = thought + (performance.now() - askedAt) / 1000;
      if (Math.abs(clock.now() - expected) < CLOCK_JUMP_SECONDS) throw error;
      return grant(from);
    }
  }

  async function buy(): Promise<Held> {
    try {
      client ??= await configure();
      return await grantInTime(client);
    } catch (error) {
      throw error instanceof RobotEnd || error instanceof Unreachable ? error : refusalOf(error);
    }
  }

  async function current(): Promise<Held> {
    if (held && performance.now() < held.renewAt) return held;
    buying ??= buy().finally(() => {
      buying = undefined;
    });
    held = await buying;
    return held;
  }

  const resource = () => new URL(known?.resource ?? `${url.href.replace(/\/$/, "")}/api/orchestrator`);

  return {
    authentication,
    async show(method, path) {
      const { token, isBound } = await current();
      if (!isBound || !client?.proofs) return { token, headers: { authorization: `Bearer ${token}` } };
      const target = new URL(URL.canParse(path) ? path : `${resource().href}/${path}`);
      const dpop = await client.proofs.forRequest(method, target, token);
      return { token, headers: { authorization: `DPoP ${token}`, dpop } };
    },
    hear(response) {
      clock.hear(response);
      client?.proofs?.hear(response, resource().origin);
    },
    refuse(token) {
      if (held?.token === token) held = undefined;
    },
    now: clock.now,
    forget() {
      held = undefined;
      client = undefined;
      credential = undefined;
    },
  };
}
