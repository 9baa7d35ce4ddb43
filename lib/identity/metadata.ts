import {
  adminApi,
  authorizationEndpoint,
  introspectionEndpoint,
  issuer,
  jwksAddress,
  orchestrator,
  revocationEndpoint,
  tokenEndpoint,
} from "./addresses";
import { ASSERTION_ALGORITHMS } from "./client-assertion";
import { CLIENT_AUTHENTICATION_METHODS } from "./client-authentication";
import { DPOP_ALGORITHMS } from "./dpop-proof";
import { ADMIN_SCOPE, SCOPES_SUPPORTED } from "./scopes";

/**
 * Authorization server metadata (RFC 8414 §2). The one grant uses no authorization endpoint, but clients refuse a document without its
 * address, or with an empty list (§3.2): the response type `none` promises the least (DECISIONS 44).
 */
export function serverMetadata() {
  return {
    issuer: issuer(),
    authorization_endpoint: authorizationEndpoint(),
    token_endpoint: tokenEndpoint(),
    jwks_uri: jwksAddress(),
    scopes_supported: [...SCOPES_SUPPORTED, ADMIN_SCOPE],
    response_types_supported: ["none"],
    grant_types_supported: ["client_credentials"],
    token_endpoint_auth_methods_supported: CLIENT_AUTHENTICATION_METHODS,
    token_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    revocation_endpoint: revocationEndpoint(),
    revocation_endpoint_auth_methods_supported: CLIENT_AUTHENTICATION_METHODS,
    revocation_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    introspection_endpoint: introspectionEndpoint(),
    introspection_endpoint_auth_methods_supported: CLIENT_AUTHENTICATION_METHODS,
    introspection_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    // RFC 9449 §5.1.
    dpop_signing_alg_values_supported: DPOP_ALGORITHMS,
    // RFC 9728 §4.
    protected_resources: [orchestrator(), adminApi()],
  };
}

/**
 * The same for readers of OpenID Connect Discovery 1.0, with the members that its §3 requires besides. No ID token is ever issued
 * (DECISIONS 44).
 */
export function openIdMetadata() {
  return {
    ...serverMetadata(),
    subject_types_supported: ["public"],
    // §3: RS256 must be among them.
    id_token_signing_alg_values_supported: ["RS256"],
  };
}
