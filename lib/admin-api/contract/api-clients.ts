import { z } from "zod";
import { operation } from "@/lib/admin-api/operation";
import { instant, issuedSecret } from "@/lib/admin-api/shapes";
import { editApiClientSchema, makeApiClientSchema } from "@/lib/api-clients/schema";
import { ROLES } from "@/lib/roles";

const params = z.object({ apiClientId: z.uuid() });

const apiClient = z.object({
  id: z.uuid(),
  clientId: z.uuid(),
  name: z.string(),
  description: z.string(),
  role: z.enum(ROLES),
  managesInstallation: z.boolean(),
  mayConfirm: z
    .boolean()
    .meta({ description: "Whether it does what people are asked for their password again for" }),
  isEnabled: z.boolean(),
  liveSecrets: z.number().int(),
  liveKeys: z.number().int(),
  lastUsedAt: instant.nullable(),
  createdAt: instant,
  madeBy: z.string().meta({ description: "The person or the API client that made it" }),
  revision: z.number().int(),
});

/** What is refused from then on. */
const preview = apiClient.pick({ name: true, liveSecrets: true, liveKeys: true, lastUsedAt: true });

export const listApiClients = operation({
  id: "listApiClients",
  method: "GET",
  path: "/api-clients",
  tag: "API clients",
  summary: "List the tenant's API clients",
  may: "apiClients.manage",
  answer: z.object({ items: z.array(apiClient) }),
});

export const getApiClient = operation({
  id: "getApiClient",
  method: "GET",
  path: "/api-clients/{apiClientId}",
  tag: "API clients",
  summary: "Show an API client",
  may: "apiClients.manage",
  params,
  answer: apiClient,
  hasRevision: true,
});

export const makeApiClient = operation({
  id: "makeApiClient",
  method: "POST",
  path: "/api-clients",
  tag: "API clients",
  summary: "Make an API client with its first client secret",
  description: "It may do no more than the API client that makes it.",
  may: "apiClients.manage",
  isSensitive: true,
  body: makeApiClientSchema,
  answer: issuedSecret.extend({ id: z.uuid() }),
  status: 201,
  secrets: ["clientSecret"],
});

export const editApiClient = operation({
  id: "editApiClient",
  method: "PUT",
  path: "/api-clients/{apiClientId}",
  tag: "API clients",
  summary: "Save what an API client is called and may do",
  description: "It holds from its next request on.",
  may: "apiClients.manage",
  isSensitive: true,
  params,
  body: editApiClientSchema.omit({ id: true, revision: true }),
  answer: z.object({ revision: z.number().int() }),
  hasRevision: true,
});

export const disableApiClient = operation({
  id: "disableApiClient",
  method: "POST",
  path: "/api-clients/{apiClientId}/disable",
  tag: "API clients",
  summary: "Refuse an API client until it is enabled; links that it made are worth nothing",
  may: "apiClients.manage",
  isSensitive: true,
  params,
  preview,
});

export const enableApiClient = operation({
  id: "enableApiClient",
  method: "POST",
  path: "/api-clients/{apiClientId}/enable",
  tag: "API clients",
  summary: "Enable a disabled API client",
  may: "apiClients.manage",
  isSensitive: true,
  params,
});

export const deleteApiClient = operation({
  id: "deleteApiClient",
  method: "POST",
  path: "/api-clients/{apiClientId}/delete",
  tag: "API clients",
  summary: "Delete an API client for good, with its client secrets and keys",
  may: "apiClients.manage",
  isSensitive: true,
  params,
  preview,
});
