import { z } from "zod";
import { anyJson, instant } from "@/lib/admin-api/shapes";
import { ASSET_TYPES } from "@/lib/assets/schema";
import { CREDENTIAL_KINDS } from "@/lib/credentials/schema";
import type { TokenResponse } from "@/lib/identity/client-credentials";
import type { IntrospectionResponse } from "@/lib/identity/introspection";
import { JOB_STATES, type RobotJob, RUNTIME_TYPES } from "@/lib/jobs/schema";
import { MACHINE_KINDS, PROCESS_COMPATIBILITIES, PROCESS_TYPES } from "@/lib/machines/schema";
import type { BroughtKey, HandedOver } from "@/lib/rotations/schema";
import { SESSION_STATES, type SessionView } from "@/lib/sessions/schema";

// What robots and clients are answered. Nobody encodes with these: the answers are made on a short path, and tests hold them against the
// document.

const numericDate = z.number().int().meta({ description: "Seconds since 1970-01-01T00:00:00Z" });

export const sessionAnswer = z.object({
  id: z.uuid(),
  machineId: z.uuid(),
  hostName: z.string(),
  credentialId: z.string(),
  state: z.enum(SESSION_STATES),
  robotVersion: z.string().nullable(),
  platform: z.string().nullable(),
  startedAt: instant,
  heartbeatAt: instant,
  endedAt: instant.nullable(),
  endReason: z.null(),
  heartbeatIntervalSeconds: z
    .number()
    .int()
    .meta({ description: "How often the robot should say that it lives" }),
}) satisfies z.ZodType<SessionView>;

export const jobAnswer = z.object({
  id: z.uuid(),
  processName: z.string(),
  runtimeType: z.enum(RUNTIME_TYPES),
  state: z.enum(JOB_STATES),
  input: anyJson,
  createdAt: instant,
  startedAt: instant.nullable(),
  progress: z.number().int().nullable(),
  message: z.string().nullable(),
}) satisfies z.ZodType<Omit<RobotJob, "input">>;

export const assetAnswer = z.object({
  name: z.string(),
  type: z.enum(ASSET_TYPES),
  value: z
    .unknown()
    .meta({ description: "As the type says: of a credential a pair of `username` and `password`" }),
});

export const selfAnswer = z.object({
  machine: z.object({
    id: z.uuid(),
    kind: z.enum(MACHINE_KINDS),
    clientId: z.string(),
    name: z.string(),
    description: z.string(),
    unattendedRuntimes: z.number().int(),
    nonProductionRuntimes: z.number().int(),
    testingRuntimes: z.number().int(),
    processType: z.enum(PROCESS_TYPES),
    processCompatibility: z.enum(PROCESS_COMPATIBILITIES),
    tags: z.array(z.string()),
  }),
  tenant: z.object({ slug: z.string(), name: z.string() }),
  credential: z.object({ id: z.string(), kind: z.enum(CREDENTIAL_KINDS) }),
});

export const authenticationAnswer = z.object({
  mechanism: z.literal("ClientCredentials"),
  issuer: z.url(),
  tokenEndpoint: z.url(),
  scopes: z.array(z.string()),
  resource: z.url().meta({ description: "What tokens of robots are for: their `aud`" }),
  heartbeatIntervalSeconds: z.number().int(),
});

const end = numericDate.meta({ description: "NumericDate; 0 is never" });

export const successorAnswer = z.union([
  z.object({ client_id: z.string(), client_secret: z.string(), client_secret_expires_at: end }),
  z.object({ client_id: z.string(), key_id: z.string(), key_expires_at: end }),
]) satisfies z.ZodType<HandedOver | BroughtKey>;

export const tokenAnswer = z.object({
  access_token: z.string(),
  token_type: z
    .enum(["Bearer", "DPoP"])
    .meta({ description: "`DPoP`: the token is bound to the key of the proof that came with the request" }),
  expires_in: z.number().int().meta({ description: "Seconds" }),
  scope: z.string(),
}) satisfies z.ZodType<TokenResponse>;

export const introspectionAnswer = z.union([
  z.object({ active: z.literal(false) }),
  z.object({
    active: z.literal(true),
    token_type: z.enum(["Bearer", "DPoP"]),
    scope: z.string(),
    client_id: z.string(),
    sub: z.string(),
    iss: z.url(),
    aud: z.url(),
    iat: numericDate,
    exp: numericDate,
    jti: z.string(),
    cnf: z.object({ jkt: z.string() }).exactOptional(),
  }),
]) satisfies z.ZodType<IntrospectionResponse>;

export const emptyAnswer = z.strictObject({});

const texts = z.array(z.string());

export const serverMetadataAnswer = z.object({
  issuer: z.url(),
  authorization_endpoint: z.url().meta({ description: "It answers that there is no flow with one" }),
  token_endpoint: z.url(),
  jwks_uri: z.url(),
  scopes_supported: texts,
  response_types_supported: texts,
  grant_types_supported: texts,
  token_endpoint_auth_methods_supported: texts,
  token_endpoint_auth_signing_alg_values_supported: texts,
  revocation_endpoint: z.url(),
  revocation_endpoint_auth_methods_supported: texts,
  revocation_endpoint_auth_signing_alg_values_supported: texts,
  introspection_endpoint: z.url(),
  introspection_endpoint_auth_methods_supported: texts,
  introspection_endpoint_auth_signing_alg_values_supported: texts,
  dpop_signing_alg_values_supported: texts,
  protected_resources: z.array(z.url()),
});

export const openIdMetadataAnswer = serverMetadataAnswer.extend({
  subject_types_supported: texts,
  id_token_signing_alg_values_supported: texts,
});

export const resourceMetadataAnswer = z.object({
  resource: z.url(),
  resource_name: z.string(),
  scopes_supported: texts,
  authorization_servers: z.array(z.url()),
  bearer_methods_supported: texts,
  dpop_signing_alg_values_supported: texts,
  dpop_bound_access_tokens_required: z.boolean(),
});

export const keySetAnswer = z.object({
  keys: z.array(z.looseObject({ kty: z.string(), kid: z.string(), alg: z.string(), use: z.string() })),
});
