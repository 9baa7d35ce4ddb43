import { createDocument, type oas31, type ZodOpenApiObject } from "zod-openapi";
import { OPERATIONS } from "@/lib/admin-api/contract";
import { withoutPattern } from "@/lib/admin-api/json-schema";
import { ADMIN_SCOPE } from "@/lib/identity/scopes";
import type { TokenScope } from "@/lib/token-policy/schema";
import { ADMIN_GROUP, ADMIN_HEADERS, adminPaths, adminResponses, adminTags } from "./admin";
import { pathsOfDescribed } from "./described";
import { IDENTITY_OPERATIONS, IDENTITY_TAGS } from "./identity";
import { IDENTITY_GROUP, OAUTH_RESPONSES, ROBOT_GROUP, ROBOT_RESPONSES } from "./refusals";
import { ROBOT_OPERATIONS, ROBOT_TAGS } from "./robots";

const INTRODUCTION = `Everything that people do in the portal, for programs: scripts, pipelines, other systems (the admin API); what robots ask; and the identity server that sells tokens for both.

An API client of the tenant buys an access token with the grant \`client_credentials\` and sends it as \`Authorization: Bearer …\`. What it may
is what its role may, at that moment. Robots do the same with the client secret or key of their machine; tokens of the one are refused by the
API of the other. Members are named in camelCase, instants are RFC 3339. A refusal is a problem document (RFC 9457), of the identity server an
error of RFC 6749: decide by its \`code\` or \`error\`; sentences are for people, and may change.`;

const SCOPES: Readonly<Record<TokenScope, string>> = {
  "OR.Robots": "To connect a host, and say that it lives",
  "OR.Jobs": "To claim jobs and report on them",
  "OR.Assets": "To fetch assets",
};

const BOUND =
  "A token that is bound to a key is shown as `Authorization: DPoP …` with a proof in the header `DPoP` (RFC 9449 §7.1).";

const tagsIn = (says: Readonly<Record<string, string>>) =>
  Object.entries(says).map(([name, description]) => ({ name, description }));

/**
 * The OpenAPI document of the admin API, of the identity server and of the orchestrator, as their schemas say.
 * @param origin where the server is found, e.g. `https://latchkey.example.com`
 */
export function apiDocument(origin: string) {
  const tokenUrl = `${origin}/api/identity/connect/token`;
  const groups = [
    { name: ADMIN_GROUP, tags: adminTags(OPERATIONS) },
    { name: ROBOT_GROUP, tags: tagsIn(ROBOT_TAGS) },
    { name: IDENTITY_GROUP, tags: tagsIn(IDENTITY_TAGS) },
  ];
  const given: ZodOpenApiObject = {
    openapi: "3.1.0",
    info: {
      title: "Latchkey API",
      version: "1",
      description: INTRODUCTION,
      license: { name: "Apache License 2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: origin }],
    security: [{ apiClient: [ADMIN_SCOPE] }],
    tags: groups.flatMap(({ tags }) => tags),
    "x-tagGroups": groups.map(({ name, tags }) => ({ name, tags: tags.map((tag) => tag.name) })),
    paths: { ...adminPaths(OPERATIONS), ...pathsOfDescribed([...ROBOT_OPERATIONS, ...IDENTITY_OPERATIONS]) },
    components: {
      headers: ADMIN_HEADERS,
      responses: { ...adminResponses(OPERATIONS), ...ROBOT_RESPONSES, ...OAUTH_RESPONSES },
      securitySchemes: {
        apiClient: {
          type: "oauth2",
          description: `Of an API client: the token endpoint takes its client secret or key. ${BOUND}`,
          flows: {
            clientCredentials: { tokenUrl, scopes: { [ADMIN_SCOPE]: "To administer the tenant" } },
          },
        },
        robot: {
          type: "oauth2",
          description: `Of a machine: the token endpoint takes its client secret or key. ${BOUND}`,
          flows: { clientCredentials: { tokenUrl, scopes: SCOPES } },
        },
        client: {
          type: "http",
          scheme: "basic",
          description: "Client id and client secret, each form-encoded before (RFC 6749 §2.3.1)",
        },
      },
    },
  };
  return createDocument(given, { override: withoutPattern }) as oas31.OpenAPIObject;
}
