import { REQUEST_REFUSALS, type RefusalReason } from "@/lib/activity/schema";
import { noteTokenRequest } from "@/lib/activity/token-requests";
import { CREDENTIAL_REFUSALS } from "@/lib/credentials/schema";
import type { AnonymousActor, Ctx, Sql } from "@/lib/ctx";
import { provideFigures } from "@/lib/figures";
import { oncePerProcess } from "@/lib/shared";
import type { Claim } from "./client-authentication";
import type { AuthenticatedClient } from "./credential-row";
import { OAuthError, type OAuthErrorCode } from "./oauth-error";

/** What an error's code says by itself. Being asked for a nonce (RFC 9449 §8) is a step on the way to a token, and no refusal. */
const REASONS: Readonly<Record<OAuthErrorCode, RefusalReason | null>> = {
  invalid_request: "request_malformed",
  invalid_client: "credentials_malformed",
  slow_down: "credentials_malformed",
  unsupported_grant_type: "grant_not_supported",
  unsupported_response_type: null,
  invalid_target: "resource_unknown",
  invalid_dpop_proof: "proof_invalid",
  use_dpop_nonce: null,
  invalid_scope: "scope_not_granted",
};

/** How the requests went, of clients and of strangers. */
const counts = oncePerProcess("token requests", () => {
  const reasons: readonly RefusalReason[] = [...CREDENTIAL_REFUSALS, ...REQUEST_REFUSALS];
  const counted = { granted: 0, nonceWanted: 0, refused: new Map(reasons.map((reason) => [reason, 0])) };
  provideFigures("token requests", () => [
    { labels: { outcome: "granted", reason: "" }, value: counted.granted },
    { labels: { outcome: "nonce_wanted", reason: "" }, value: counted.nonceWanted },
    ...Array.from(counted.refused, ([reason, value]) => ({ labels: { outcome: "refused", reason }, value })),
  ]);
  return counted;
});

/** Notes in the sign-in activity that a client, which proved who it is, got a token. */
export function noteGrant(
  { db, actor, now }: Ctx<AnonymousActor, Sql>,
  userAgent: string | null,
  { clientId, credentialId }: AuthenticatedClient,
): void {
  counts.granted += 1;
  noteTokenRequest(db, {
    at: now,
    outcome: "Granted",
    clientId,
    credential: credentialId,
    code: null,
    reason: null,
    address: actor.address,
    userAgent,
  });
}

/** Notes that a request for a token was refused, under the client it claims to come from; one that claims none is not noted. */
export function noteRefusal(
  { db, actor, now }: Ctx<AnonymousActor, Sql>,
  userAgent: string | null,
  { clientId, credential }: Claim,
  error: unknown,
): void {
  const isKnown = error instanceof OAuthError;
  const reason = isKnown ? (error.reason ?? REASONS[error.code]) : "server_failed";
  if (reason === null) counts.nonceWanted += 1;
  else counts.refused.set(reason, (counts.refused.get(reason) ?? 0) + 1);
  if (reason === null || clientId === null) return;
  noteTokenRequest(db, {
    at: now,
    outcome: "Refused",
    clientId,
    credential,
    code: isKnown ? error.code : null,
    reason,
    address: actor.address,
    userAgent,
  });
}
