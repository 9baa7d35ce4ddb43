import {
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
import { SCOPES_SUPPORTED } from "./scopes";

/**
 * Authorization server metadata (RFC 8414 §2), the same document at both well-known addresses. There is no
 * authorization endpoint, because no grant of this server uses one, and `response_types_supported` is empty but present,
 * as the RFC requires the member.
 */
export function serverMetadata() {
  return {
    issuer: issuer(),
    token_endpoint: tokenEndpoint(),
    jwks_uri: jwksAddress(),
    scopes_supported: SCOPES_SUPPORTED,
    response_types_supported: [],
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
    protected_resources: [orchestrator()],
  };
}
