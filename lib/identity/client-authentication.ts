import type { AnonymousActor, Ctx, Sql } from "@/lib/ctx";
import { checkSecret, type Standing } from "@/lib/secrets/standing";
import { throttleFailures } from "./failure-throttle";
import { formDecode } from "./form";
import { OAuthError } from "./oauth-error";
import type { TokenRequest } from "./token-request";

/** How a client may prove who it is (the names of RFC 8414 `token_endpoint_auth_methods_supported`). */
export const CLIENT_AUTHENTICATION_METHODS = ["client_secret_basic", "client_secret_post"] as const;

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

/** RFC 6749 §2.3: a client must not use more than one method a request. */
function presentedCredentials({ authorization, params }: TokenRequest): Credentials {
  const clientId = params.get("client_id");
  const clientSecret = params.get("client_secret");
  if (authorization === null) {
    if (!clientId || !clientSecret) {
      throw new OAuthError("invalid_client", { detail: "no client credentials were sent" });
    }
    return { clientId, clientSecret };
  }
  if (clientSecret !== undefined) {
    throw new OAuthError("invalid_request", { says: "Use one client authentication method, not two." });
  }
  const basic = basicCredentials(authorization);
  if (clientId !== undefined && clientId !== basic.clientId) {
    throw new OAuthError("invalid_request", { says: "client_id differs from the Authorization header." });
  }
  return basic;
}

/** Whom a request claims to come from; null where that cannot be read. */
function claimedClientId(request: TokenRequest): string | null {
  try {
    return presentedCredentials(request).clientId;
  } catch {
    return null;
  }
}

/**
 * Finds out which client asks. Unknown client, wrong, deleted or malformed secret and disabled machine are one answer
 * outside; the reason goes to the log.
 * @throws OAuthError `invalid_client`; `slow_down` when that was so too often; `invalid_request` when two methods were used
 */
export function authenticateClient(ctx: Ctx<AnonymousActor, Sql>, request: TokenRequest): Promise<Standing> {
  return throttleFailures(
    ctx,
    (counted) => checkCredentials(counted, request),
    () => claimedClientId(request),
  );
}

async function checkCredentials(ctx: Ctx<AnonymousActor, Sql>, request: TokenRequest): Promise<Standing> {
  const checked = await checkSecret(ctx, presentedCredentials(request));
  if (!checked.ok) throw new OAuthError("invalid_client", { detail: checked.reason });
  return checked.standing;
}
