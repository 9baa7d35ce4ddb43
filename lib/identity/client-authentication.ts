import { secretIdOf } from "@/lib/credentials/material";
import type { AnonymousActor, Ctx, Sql } from "@/lib/ctx";
import { checkAssertion, type PresentedAssertion, readAssertion } from "./client-assertion";
import type { ClientRequest } from "./client-request";
import { checkSecret, type PresentedSecret } from "./credential-lookup";
import type { AuthenticatedClient } from "./credential-row";
import { countFailure } from "./failure-throttle";
import { formDecode } from "./form";
import { OAuthError } from "./oauth-error";
import { ASSERTION_TYPE } from "./schema";

/** How a client may prove who it is (the names of RFC 8414 `token_endpoint_auth_methods_supported`). */
export const CLIENT_AUTHENTICATION_METHODS = [
  "client_secret_basic",
  "client_secret_post",
  "private_key_jwt",
] as const;

/** The parts of a request that hold credentials. */
type Credentialed = Pick<ClientRequest, "authorization" | "params">;
type Credentials = { readonly clientId: string; readonly clientSecret: string };

const BASIC = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i;

/** RFC 7617 with both halves form-encoded before base64 (RFC 6749 §2.3.1). */
function basicCredentials(authorization: string): Credentials {
  const malformed = (detail: string) => new OAuthError("invalid_client", { detail });
  const encoded = BASIC.exec(authorization)?.[1];
  if (!encoded) throw malformed("the Authorization header is not Basic or not base64");
  const bytes = Buffer.from(encoded, "base64");
  // Buffer decodes leniently; only the one canonical spelling is let in.
  if (bytes.toString("base64").replace(/=+$/, "") !== encoded.replace(/=+$/, "")) {
    throw malformed("Basic credentials in a non-canonical base64 spelling");
  }
  const pair = bytes.toString("latin1");
  const colon = pair.indexOf(":");
  if (colon < 0) throw malformed("Basic credentials without a colon");
  const clientId = formDecode(pair.slice(0, colon));
  const clientSecret = formDecode(pair.slice(colon + 1));
  if (!clientId || !clientSecret) throw malformed("Basic credentials with an empty or broken half");
  return { clientId, clientSecret };
}

const twoMethods = () =>
  new OAuthError("invalid_request", { says: "Use one client authentication method, not two." });

/** The client id may be repeated beside the credentials, but not contradict them (RFC 6749 §2.3, RFC 7521 §4.2). */
function refuseOtherClientId(params: ClientRequest["params"], clientId: string): void {
  const repeated = params.get("client_id");
  if (repeated !== undefined && repeated !== clientId) {
    throw new OAuthError("invalid_request", { says: "client_id differs from the client credentials." });
  }
}

function readSecret({ authorization, params }: Credentialed): Credentials {
  if (authorization !== null) {
    const basic = basicCredentials(authorization);
    refuseOtherClientId(params, basic.clientId);
    return basic;
  }
  const clientId = params.get("client_id");
  const clientSecret = params.get("client_secret");
  if (!clientId || !clientSecret) {
    throw new OAuthError("invalid_client", {
      detail: "no client credentials were sent",
      reason: "credentials_missing",
    });
  }
  return { clientId, clientSecret };
}

/** @returns the assertion, or undefined when the client authenticates in another way */
function presentedAssertion(params: ClientRequest["params"]): string | undefined {
  const type = params.get("client_assertion_type");
  const assertion = params.get("client_assertion");
  if (type === undefined && assertion === undefined) return undefined;
  if (type === undefined || assertion === undefined) {
    throw new OAuthError("invalid_request", {
      says: "client_assertion and client_assertion_type must be sent together.",
    });
  }
  if (type !== ASSERTION_TYPE) {
    throw new OAuthError("invalid_client", { detail: "unknown assertion type", reason: "assertion_invalid" });
  }
  return assertion;
}

/** Whom a request claims to come from, and with which secret or key: nothing of it is believed. */
export type Claim = {
  readonly clientId: string | null;
  /** As the client wrote it; a key by whatever it calls it. */
  readonly credential: string | null;
};

/** What a request presents to authenticate its client. It is read once; who checks, counts and records goes by this. */
export type PresentedCredentials = { readonly claim: Claim } & (
  | { readonly method: "secret"; readonly secret: PresentedSecret }
  | { readonly method: "assertion"; readonly assertion: PresentedAssertion }
  /** They are refused without being checked. */
  | { readonly method: "none"; readonly error: OAuthError }
);

const NOBODY: Claim = { clientId: null, credential: null };

function readCredentials(request: Credentialed): PresentedCredentials {
  const assertion = presentedAssertion(request.params);
  if (assertion !== undefined) {
    const read = readAssertion(assertion);
    const claim = { clientId: read.clientId, credential: read.kid ?? null };
    return { method: "assertion", claim, assertion: read };
  }
  const { clientId, clientSecret } = readSecret(request);
  const secretId = secretIdOf(clientSecret);
  const claim = { clientId, credential: secretId };
  return { method: "secret", claim, secret: { clientId, clientSecret, secretId } };
}

/** @returns what the request presents; what cannot be read is refused, and claims to come from nobody */
export function presentedCredentials(request: Credentialed): PresentedCredentials {
  const { authorization, params } = request;
  let presented: PresentedCredentials;
  try {
    presented = readCredentials(request);
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    presented = { method: "none", claim: NOBODY, error };
  }
  const used = [authorization !== null, params.has("client_secret"), params.has("client_assertion")];
  return used.filter(Boolean).length > 1
    ? { method: "none", claim: presented.claim, error: twoMethods() }
    : presented;
}

type Authentication =
  | { readonly ok: true; readonly client: AuthenticatedClient }
  | { readonly ok: false; readonly error: OAuthError };

const refused = (error: OAuthError) => ({ ok: false, error }) as const;

async function check(
  ctx: Ctx<AnonymousActor, Sql>,
  params: ClientRequest["params"],
  presented: PresentedCredentials,
): Promise<Authentication> {
  if (presented.method === "none") return refused(presented.error);
  if (presented.method === "secret") {
    const checked = await checkSecret(ctx, presented.secret);
    if (checked.ok) return checked;
    return refused(new OAuthError("invalid_client", { detail: checked.reason, reason: checked.word }));
  }
  try {
    const client = await checkAssertion(ctx, presented.assertion);
    refuseOtherClientId(params, client.clientId);
    return { ok: true, client };
  } catch (error) {
    if (error instanceof OAuthError) return refused(error);
    throw error;
  }
}

/** Whether the database was asked whether they are right. */
const needsDatabase = (presented: PresentedCredentials): boolean =>
  presented.method === "assertion" || (presented.method === "secret" && presented.secret.secretId !== null);

/**
 * Finds out which client asks (RFC 6749 §2.3). Unknown client, wrong, deleted or malformed credential and disabled machine
 * are one answer outside; the reason goes to the log.
 * @returns the client; or `invalid_client`, `slow_down` when that was so too often, `invalid_request` when two methods were used
 */
export async function authenticateClient(
  ctx: Ctx<AnonymousActor, Sql>,
  { params }: Pick<ClientRequest, "params">,
  presented: PresentedCredentials,
): Promise<Authentication> {
  const authentication = await check(ctx, params, presented);
  if (authentication.ok || authentication.error.code !== "invalid_client") return authentication;
  const isShared = needsDatabase(presented);
  return refused(await countFailure(ctx, presented.claim.clientId, authentication.error, isShared));
}

/**
 * The same for who goes on only with a client.
 * @throws OAuthError
 */
export async function requireClient(
  ctx: Ctx<AnonymousActor, Sql>,
  request: ClientRequest,
  presented: PresentedCredentials = presentedCredentials(request),
): Promise<AuthenticatedClient> {
  const authentication = await authenticateClient(ctx, request, presented);
  if (!authentication.ok) throw authentication.error;
  return authentication.client;
}
