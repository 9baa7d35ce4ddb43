import { record } from "@/lib/audit/commands";
import type { AnonymousActor, ClientActor, Ctx, Sql } from "@/lib/ctx";
import { atNumericDate } from "@/lib/time";
import { verifyAccessToken } from "./access-token";
import { requireClient } from "./client-authentication";
import { parseClientRequest, type RawClientRequest, requireParameter } from "./client-request";
import { OAuthError } from "./oauth-error";
import { type RevokedToken, revokeTokens } from "./revoked-tokens";

/** Who asks for a revocation, and of what; null for a token that is good for nothing anyway (RFC 7009 §2.2). */
export type Revocation = { readonly actor: ClientActor; readonly token: RevokedToken | null };

/**
 * Reads a revocation request (RFC 7009 §2.1). `token_type_hint` is not needed: there is one type of token.
 * @throws OAuthError `invalid_client`; `invalid_request` without a token, or for a token of another client
 */
export async function readRevocation(
  ctx: Ctx<AnonymousActor, Sql>,
  raw: RawClientRequest,
): Promise<Revocation> {
  const request = parseClientRequest(raw);
  const text = requireParameter(request.params, "token");
  const client = await requireClient(ctx, request);
  const { address } = ctx.actor;
  const { machineId, machineName, tenantId, clientId, credentialId, credentialKind } = client;
  const actor: ClientActor = {
    kind: "client",
    id: machineId,
    name: machineName,
    address,
    tenantId,
    clientId,
    credentialId,
    credentialKind,
  };
  const verified = await verifyAccessToken(ctx.db, text, ctx.now);
  if (!verified.ok) return { actor, token: null };
  if (verified.claims.clientId !== clientId) {
    throw new OAuthError("invalid_request", { says: "The token was not issued to this client." });
  }
  const { jti, exp } = verified.claims;
  return { actor, token: { jti, expiresAt: atNumericDate(exp) } };
}

/** Revokes a client's own token, with its event. */
export async function revokeOwnToken(ctx: Ctx<ClientActor>, token: RevokedToken | null): Promise<void> {
  if (!token || !(await revokeTokens(ctx, [token]))) return;
  const { id: machineId, credentialId } = ctx.actor;
  await record(ctx, [{ type: "token.revoked", machineId, credentialId, jti: token.jti }]);
}
