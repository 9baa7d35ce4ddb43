import { issuer, orchestrator, tokenEndpoint } from "./addresses";
import { SCOPES_SUPPORTED } from "./scopes";

/** Steps 2 and 3 of the flow: what a robot must know before it can authenticate, asked without a token. */
export function authenticationConfiguration(heartbeatIntervalSeconds: number) {
  return {
    mechanism: "ClientCredentials",
    issuer: issuer(),
    tokenEndpoint: tokenEndpoint(),
    scopes: SCOPES_SUPPORTED,
    resource: orchestrator(),
    heartbeatIntervalSeconds,
  };
}
