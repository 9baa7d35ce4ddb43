import { env } from "@/lib/env";

/** The issuer identifier (RFC 8414 §2), from ORIGIN and never from a Host header. */
export const issuer = () => `${env().origin}/api/identity`;
/** Readers of metadata require one; it answers that there is none. */
export const authorizationEndpoint = () => `${issuer()}/connect/authorize`;
export const tokenEndpoint = () => `${issuer()}/connect/token`;
export const revocationEndpoint = () => `${issuer()}/connect/revocation`;
export const introspectionEndpoint = () => `${issuer()}/connect/introspect`;
/** Where robots fetch the client secret that takes the place of theirs, or bring the key that takes that of theirs. */
export const successorEndpoint = () => `${issuer()}/connect/successor`;
export const jwksAddress = () => `${issuer()}/jwks`;
/** The resource that tokens of machines are for: their `aud`. */
export const orchestrator = () => `${env().origin}/api/orchestrator`;
/** The resource that tokens of API clients are for: their `aud`. */
export const adminApi = () => `${env().origin}/api/admin`;

/** What tokens are for; one door refuses those of another. */
export type Audience = "orchestrator" | "admin";
export const audienceAddress = (audience: Audience): string =>
  audience === "admin" ? adminApi() : orchestrator();

/** Where a resource says how it is protected (RFC 9728 §3.1: the well-known part goes between host and path). */
export const resourceMetadataAddress = (audience: Audience): string =>
  `${env().origin}/.well-known/oauth-protected-resource/api/${audience}`;
