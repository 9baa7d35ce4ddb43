import { type Audience, audienceAddress, issuer } from "./addresses";
import { DPOP_ALGORITHMS } from "./dpop-proof";
import { ADMIN_SCOPE, SCOPES_SUPPORTED } from "./scopes";

const RESOURCES = {
  orchestrator: { resource_name: "Latchkey orchestrator", scopes_supported: SCOPES_SUPPORTED },
  admin: { resource_name: "Latchkey admin API", scopes_supported: [ADMIN_SCOPE] },
} as const;

/** Protected resource metadata (RFC 9728 §2): who sells tokens for it, and how they are shown. */
export function resourceMetadata(audience: Audience) {
  return {
    resource: audienceAddress(audience),
    ...RESOURCES[audience],
    authorization_servers: [issuer()],
    bearer_methods_supported: ["header"],
    dpop_signing_alg_values_supported: DPOP_ALGORITHMS,
    // Each client decides for itself.
    dpop_bound_access_tokens_required: false,
  };
}
