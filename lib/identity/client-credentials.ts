import type { AnonymousActor, Ctx, Sql } from "@/lib/ctx";
import { addSeconds } from "@/lib/time";
import { signAccessToken } from "./access-token";
import { orchestrator } from "./addresses";
import { authenticateClient } from "./client-authentication";
import { parseClientRequest, type RawClientRequest, requireParameter } from "./client-request";
import { OAuthError } from "./oauth-error";
import { allowedScopes, grantedScopes } from "./scopes";
import { currentSigningKey } from "./signing-keys";
import { noteIssue } from "./token-issues";

/** The body of a successful token response (RFC 6749 §5.1). */
export type TokenResponse = {
  readonly access_token: string;
  readonly token_type: "Bearer";
  readonly expires_in: number;
  readonly scope: string;
};

/** @throws OAuthError unless the request names the one grant this server has */
function requireClientCredentialsGrant(params: ReadonlyMap<string, string>): void {
  if (requireParameter(params, "grant_type") !== "client_credentials") {
    throw new OAuthError("unsupported_grant_type");
  }
}

/** RFC 8707 §2: whoever names resources names ours, letter by letter; nobody has to. */
function refuseOtherResources(resources: readonly string[]): void {
  if (resources.some((resource) => resource !== orchestrator())) throw new OAuthError("invalid_target");
}

/**
 * The client credentials grant (RFC 6749 §4.4): one read, no write before the answer, no refresh token (§4.4.3).
 * @throws OAuthError
 */
export async function issueToken(
  ctx: Ctx<AnonymousActor, Sql>,
  raw: RawClientRequest,
): Promise<TokenResponse> {
  const request = parseClientRequest(raw);
  requireClientCredentialsGrant(request.params);
  const standing = await authenticateClient(ctx, request);
  refuseOtherResources(request.resources);
  const scopes = grantedScopes(request.params.get("scope"), allowedScopes(standing.policy.scopes));
  const key = await currentSigningKey(ctx.db, ctx.now);
  const { token, lifetimeSeconds } = signAccessToken(key, standing, { scopes, jkt: null }, ctx.now);
  noteIssue(ctx.db, key.kid, addSeconds(ctx.now, lifetimeSeconds));
  return {
    access_token: token,
    token_type: "Bearer",
    expires_in: lifetimeSeconds,
    scope: scopes.join(" "),
  };
}
