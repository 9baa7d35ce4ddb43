import type { AnonymousActor, Ctx, Sql } from "@/lib/ctx";
import { addSeconds } from "@/lib/time";
import { signAccessToken } from "./access-token";
import { authenticateClient } from "./client-authentication";
import { grantedScopes } from "./scopes";
import { currentSigningKey } from "./signing-keys";
import { noteIssue } from "./token-issues";
import { parseTokenRequest, type RawTokenRequest, requireGrant } from "./token-request";

/** The body of a successful token response (RFC 6749 §5.1). */
export type TokenResponse = {
  readonly access_token: string;
  readonly token_type: "Bearer";
  readonly expires_in: number;
  readonly scope: string;
};

/**
 * The client credentials grant (RFC 6749 §4.4): one read, no write before the answer, no refresh token (§4.4.3).
 * @throws OAuthError
 */
export async function issueToken(
  ctx: Ctx<AnonymousActor, Sql>,
  raw: RawTokenRequest,
): Promise<TokenResponse> {
  const request = parseTokenRequest(raw);
  requireGrant(request.params, "client_credentials");
  const standing = await authenticateClient(ctx, request);
  const scopes = grantedScopes(request.params.get("scope"));
  const key = await currentSigningKey(ctx.db, ctx.now);
  const { token, lifetimeSeconds } = signAccessToken(key, standing, scopes, ctx.now);
  noteIssue(ctx.db, key.kid, addSeconds(ctx.now, lifetimeSeconds));
  return {
    access_token: token,
    token_type: "Bearer",
    expires_in: lifetimeSeconds,
    scope: scopes.join(" "),
  };
}
