import type { AnonymousActor, Ctx, Sql } from "@/lib/ctx";
import { verifyAccessToken } from "./access-token";
import { audienceAddress, issuer } from "./addresses";
import { requireClient } from "./client-authentication";
import { parseClientRequest, type RawClientRequest, requireParameter } from "./client-request";
import { audienceOf } from "./credential-row";
import { effectiveScopes } from "./scopes";
import { findTokenStatus } from "./token-status";

/** Everything that is not a live token of the asking client looks like this, whatever it is (RFC 7662 §2.2). */
const INACTIVE = { active: false } as const;

/** The body of an introspection response (RFC 7662 §2.2). */
export type IntrospectionResponse =
  | typeof INACTIVE
  | {
      readonly active: true;
      readonly token_type: "Bearer" | "DPoP";
      readonly scope: string;
      readonly client_id: string;
      readonly sub: string;
      readonly iss: string;
      readonly aud: string;
      readonly iat: number;
      readonly exp: number;
      readonly jti: string;
      readonly cnf?: { readonly jkt: string };
    };

/**
 * Says whether a token would be served at this moment: it is ours and of the asking client, and neither it nor its
 * credential nor its machine was withdrawn. The scope is what it may still do.
 * @throws OAuthError `invalid_client`, `invalid_request`
 */
export async function introspectToken(
  ctx: Ctx<AnonymousActor, Sql>,
  raw: RawClientRequest,
): Promise<IntrospectionResponse> {
  const request = parseClientRequest(raw);
  const token = requireParameter(request.params, "token");
  const client = await requireClient(ctx, request);
  const verified = await verifyAccessToken(ctx.db, token, ctx.now);
  if (!verified.ok || verified.claims.clientId !== client.clientId) return INACTIVE;
  const { claims } = verified;
  const found = await findTokenStatus(
    ctx.db,
    { credentialId: claims.credentialId, tokenId: claims.jti, kid: claims.kid },
    ctx.now,
  );
  if (!found.ok || found.client.machineId !== claims.machineId) return INACTIVE;
  if (audienceOf(found.client) !== claims.audience) return INACTIVE;
  if (found.client.policy.requiresDpop && claims.jkt === null) return INACTIVE;
  return {
    active: true,
    token_type: claims.jkt === null ? "Bearer" : "DPoP",
    scope: effectiveScopes(claims.scopes, found.client.policy.scopes).join(" "),
    client_id: claims.clientId,
    sub: claims.clientId,
    iss: issuer(),
    aud: audienceAddress(claims.audience),
    iat: claims.iat,
    exp: claims.exp,
    jti: claims.jti,
    ...(claims.jkt !== null && { cnf: { jkt: claims.jkt } }),
  };
}
