import { takePurchase } from "@/lib/credentials/purchases";
import type { AnonymousActor, Ctx, Sql } from "@/lib/ctx";
import { addSeconds } from "@/lib/time";
import { signAccessToken } from "./access-token";
import { audienceAddress } from "./addresses";
import { type PresentedCredentials, presentedCredentials, requireClient } from "./client-authentication";
import {
  type ClientRequest,
  parseClientRequest,
  type RawClientRequest,
  requireParameter,
} from "./client-request";
import { type AuthenticatedClient, audienceOf } from "./credential-row";
import { checkProof, consumeProof, type Proof } from "./dpop-proof";
import { countFailure } from "./failure-throttle";
import { OAuthError } from "./oauth-error";
import type { FormParameters } from "./schema";
import { allowedScopes, grantedScopes } from "./scopes";
import { currentSigningKey } from "./signing-keys";
import { noteGrant, noteRefusal } from "./token-activity";
import { noteIssue } from "./token-issues";

/** The body of a successful token response (RFC 6749 §5.1). */
export type TokenResponse = {
  readonly access_token: string;
  /** RFC 9449 §5: `DPoP` says that the token is bound to the key of the proof that came with the request. */
  readonly token_type: "Bearer" | "DPoP";
  readonly expires_in: number;
  readonly scope: string;
};

/** @throws OAuthError unless the request names the one grant this server has */
function requireClientCredentialsGrant(params: FormParameters): void {
  if (requireParameter(params, "grant_type") !== "client_credentials") {
    throw new OAuthError("unsupported_grant_type");
  }
}

/** RFC 8707 §2: whoever names resources names the one that its tokens are for, letter by letter; nobody has to. */
function refuseOtherResources(resources: readonly string[], client: AuthenticatedClient): void {
  const own = audienceAddress(audienceOf(client));
  if (resources.some((resource) => resource !== own)) throw new OAuthError("invalid_target");
}

/** Before the client authenticates, because it has to ask again when only the nonce was wrong, and an assertion is used up by then. */
async function readProof({ dpop, path }: ClientRequest, now: Date): Promise<Proof | null> {
  return dpop === null ? null : checkProof(dpop, { method: "POST", path, token: null }, now);
}

/**
 * RFC 9449 §5.2: a client that is registered for bound tokens only is refused without a proof. The RFC leaves the code open; this
 * one tells the client's library what to do.
 * @returns the thumbprint to bind the token to, or null for a bearer token
 */
async function boundTo(
  db: Sql,
  proof: Proof | null,
  { policy }: AuthenticatedClient,
): Promise<string | null> {
  if (proof) await consumeProof(db, proof);
  else if (policy.requiresDpop) {
    throw new OAuthError("invalid_dpop_proof", {
      reason: "proof_missing",
      says: "This client gets tokens only that are bound to a key: send a DPoP proof.",
      detail: "the machine requires DPoP and no proof was sent",
    });
  }
  return proof?.jkt ?? null;
}

/** Of a credential that may buy so many tokens: one of them, for good, whatever becomes of the answer. @throws OAuthError when they are used up */
async function spendPurchase(
  ctx: Ctx<AnonymousActor, Sql>,
  { credentialId, clientId, purchasesMax }: AuthenticatedClient,
): Promise<void> {
  if (purchasesMax === null || (await takePurchase(ctx.db, credentialId, purchasesMax))) return;
  const error = new OAuthError("invalid_client", {
    detail: `all ${purchasesMax} purchases of ${credentialId} are used up`,
    reason: "purchases_used_up",
  });
  throw await countFailure(ctx, clientId, error, true);
}

type Grant = { readonly token: TokenResponse; readonly client: AuthenticatedClient };

/** @throws OAuthError */
async function grant(
  ctx: Ctx<AnonymousActor, Sql>,
  request: ClientRequest,
  presented: PresentedCredentials,
): Promise<Grant> {
  requireClientCredentialsGrant(request.params);
  const proof = await readProof(request, ctx.now);
  const client = await requireClient(ctx, request, presented);
  refuseOtherResources(request.resources, client);
  const scopes = grantedScopes(request.params.get("scope"), allowedScopes(client.policy.scopes));
  const jkt = await boundTo(ctx.db, proof, client);
  const key = await currentSigningKey(ctx.db, ctx.now);
  await spendPurchase(ctx, client);
  const { token, lifetimeSeconds } = signAccessToken(key, client, { scopes, jkt }, ctx.now);
  noteIssue(ctx.db, key.kid, addSeconds(ctx.now, lifetimeSeconds));
  return {
    client,
    token: {
      access_token: token,
      token_type: jkt === null ? "Bearer" : "DPoP",
      expires_in: lifetimeSeconds,
      scope: scopes.join(" "),
    },
  };
}

const NO_PARAMETERS: ReadonlyMap<string, string> = new Map();

/**
 * The client credentials grant (RFC 6749 §4.4): one read, no write before the answer unless a proof is used
 * up or purchases are counted, no refresh token (§4.4.3). Granted or refused, it is noted in the sign-in activity.
 * @throws OAuthError
 */
export async function issueToken(
  ctx: Ctx<AnonymousActor, Sql>,
  raw: RawClientRequest,
): Promise<TokenResponse> {
  let presented: PresentedCredentials | null = null;
  try {
    const request = parseClientRequest(raw);
    presented = presentedCredentials(request);
    const { token, client } = await grant(ctx, request, presented);
    noteGrant(ctx, raw.userAgent, client);
    return token;
  } catch (error) {
    const { claim } = presented ?? presentedCredentials({ ...raw, params: NO_PARAMETERS });
    noteRefusal(ctx, raw.userAgent, claim, error);
    throw error;
  }
}
