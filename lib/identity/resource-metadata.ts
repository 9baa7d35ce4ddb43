import { issuer, orchestrator } from "./addresses";
import { DPOP_ALGORITHMS } from "./dpop-proof";
import { SCOPES_SUPPORTED } from "./scopes";

/** Protected resource metadata of the orchestrator (RFC 9728 §2): who sells tokens for it, and how they are shown. */
export function resourceMetadata() {
  return {
    resource: orchestrator(),
    resource_name: "Latchkey orchestrator",
    authorization_servers: [issuer()],
    scopes_supported: SCOPES_SUPPORTED,
    bearer_methods_supported: ["header"],
    dpop_signing_alg_values_supported: DPOP_ALGORITHMS,
    // Each machine decides for itself.
    dpop_bound_access_tokens_required: false,
  };
}
