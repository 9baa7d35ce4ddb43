import { env } from "@/lib/env";

/** The issuer identifier (RFC 8414 §2), from ORIGIN and never from a Host header. */
export const issuer = () => `${env().origin}/api/identity`;
export const tokenEndpoint = () => `${issuer()}/connect/token`;
export const jwksAddress = () => `${issuer()}/jwks`;
/** The resource that tokens are for: `aud` of every access token. */
export const orchestrator = () => `${env().origin}/api/orchestrator`;
