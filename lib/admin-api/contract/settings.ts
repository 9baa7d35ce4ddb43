import { z } from "zod";
import { operation } from "@/lib/admin-api/operation";
import { cutPreviewSchema, cutSchema, instant, pageOf, pageQuery } from "@/lib/admin-api/shapes";
import { importSigningKeySchema, kidSchema, withdrawSigningKeySchema } from "@/lib/identity/schema";
import { editLimitsSchema, limitsSchema } from "@/lib/limits/schema";
import {
  addTenantSchema,
  chooseLeakResponseSchema,
  editTokenDefaultsSchema,
  LEAK_RESPONSES,
  renameTenantSchema,
  requireSecondFactorSchema,
  tenantCursorSchema,
} from "@/lib/tenants/schema";
import { CLIENT_AUTHENTICATIONS, TOKEN_SCOPES } from "@/lib/token-policy/schema";
import { emailSchema } from "@/lib/users/schema";

const SEEN = "`seen` is what was read: where it holds no longer, nothing is saved.";

const tenant = z.object({
  id: z.uuid(),
  slug: z.string(),
  name: z.string(),
  createdAt: instant,
  machines: z.number().int(),
  members: z.number().int(),
});

const signingKey = z.object({
  kid: z.string(),
  algorithm: z.string(),
  state: z.enum(["Next", "Active", "Retired", "Withdrawn"]),
  isImported: z.boolean(),
  since: instant.meta({ description: "When the state began" }),
  until: instant.nullable().meta({ description: "When it ends by itself; null where nobody can say" }),
  liveTokens: z.number().int().meta({ description: "Tokens it has signed that have not expired" }),
});

const members = {
  members: z.number().int(),
  withoutSecondFactor: z
    .number()
    .int()
    .meta({ description: "Those who must set one up before they see anything else" }),
};

export const getLimits = operation({
  id: "getLimits",
  method: "GET",
  path: "/settings/limits",
  tag: "Settings",
  summary: "Show what the tenant allows itself",
  may: "read",
  answer: limitsSchema,
});

export const editLimits = operation({
  id: "editLimits",
  method: "PUT",
  path: "/settings/limits",
  tag: "Settings",
  summary: "Save what the tenant allows itself",
  description: `It holds for what is added from now on. ${SEEN}`,
  may: "tenant.settings",
  body: editLimitsSchema,
});

export const getTokenDefaults = operation({
  id: "getTokenDefaults",
  method: "GET",
  path: "/settings/token-defaults",
  tag: "Settings",
  summary: "Show what holds for machines that say nothing else",
  may: "read",
  answer: z.object({
    tokenLifetimeSeconds: z.number().int().nullable(),
    allowedScopes: z.array(z.enum(TOKEN_SCOPES)),
    clientAuthentication: z.enum(CLIENT_AUTHENTICATIONS),
    requiresDpop: z.boolean(),
    installationLifetimeSeconds: z.number().int(),
  }),
});

export const saveTokenDefaults = operation({
  id: "saveTokenDefaults",
  method: "PUT",
  path: "/settings/token-defaults",
  tag: "Settings",
  summary: "Save what holds for machines that say nothing else",
  description: `Hosts that authenticated in a way that is not accepted any more are disconnected; the answer says which. ${SEEN}`,
  may: "tenant.settings",
  body: editTokenDefaultsSchema,
  answer: cutSchema,
  preview: cutPreviewSchema,
});

export const getLeakResponse = operation({
  id: "getLeakResponse",
  method: "GET",
  path: "/settings/leak-response",
  tag: "Settings",
  summary: "Show what happens by itself to a secret that is reported as leaked",
  may: "read",
  answer: z.object({ leakResponse: z.enum(LEAK_RESPONSES) }),
});

export const chooseLeakResponse = operation({
  id: "chooseLeakResponse",
  method: "PUT",
  path: "/settings/leak-response",
  tag: "Settings",
  summary: "Choose what happens by itself to a secret that is reported as leaked",
  description: SEEN,
  may: "tenant.settings",
  body: chooseLeakResponseSchema,
});

export const getSecondFactor = operation({
  id: "getSecondFactor",
  method: "GET",
  path: "/settings/second-factor",
  tag: "Settings",
  summary: "Show whether every member must have a second factor",
  may: "people.manage",
  answer: z.object({ isRequired: z.boolean(), ...members }),
});

export const requireSecondFactor = operation({
  id: "requireSecondFactor",
  method: "PUT",
  path: "/settings/second-factor",
  tag: "Settings",
  summary: "Have every member sign in with a second factor, or no longer",
  may: "people.manage",
  isSensitive: true,
  body: requireSecondFactorSchema,
  preview: z.object(members),
});

export const listSigningKeys = operation({
  id: "listSigningKeys",
  method: "GET",
  path: "/signing-keys",
  tag: "Installation",
  summary: "List the installation's signing keys",
  may: "installation",
  answer: z.object({ items: z.array(signingKey) }),
});

export const rotateSigningKey = operation({
  id: "rotateSigningKey",
  method: "POST",
  path: "/signing-keys/rotate",
  tag: "Installation",
  summary: "Publish the next signing key, which signs once every verifier can have seen it",
  may: "installation",
  isSensitive: true,
  answer: z.object({ kid: z.string(), activatesAt: instant }),
});

export const importSigningKey = operation({
  id: "importSigningKey",
  method: "POST",
  path: "/signing-keys",
  tag: "Installation",
  summary: "Take over a private key from another server",
  description:
    "`jwk` is the text of one JWK (RFC 7517). As `next` it signs after the present key, as `retired` it only verifies.",
  may: "installation",
  isSensitive: true,
  body: importSigningKeySchema,
  answer: z.object({
    kid: z.string(),
    activatesAt: instant.nullable().meta({ description: "From when on it signs; null: never" }),
  }),
  status: 201,
});

export const withdrawSigningKey = operation({
  id: "withdrawSigningKey",
  method: "POST",
  path: "/signing-keys/{kid}/withdraw",
  tag: "Installation",
  summary: "Withdraw a signing key: no token it signed is good any more",
  may: "installation",
  isSensitive: true,
  params: kidSchema,
  body: withdrawSigningKeySchema.omit({ kid: true }),
  answer: z.object({ kid: z.string(), liveTokens: z.number().int(), newActiveKid: z.string().nullable() }),
  preview: z.object({ kid: z.string(), isActive: z.boolean(), liveTokens: z.number().int() }),
});

export const listTenants = operation({
  id: "listTenants",
  method: "GET",
  path: "/tenants",
  tag: "Installation",
  summary: "List tenants",
  may: "installation",
  query: pageQuery.extend({
    cursor: tenantCursorSchema
      .optional()
      .meta({ description: "The page's place: `next` of the page before" }),
  }),
  answer: pageOf(tenant),
});

export const addTenant = operation({
  id: "addTenant",
  method: "POST",
  path: "/tenants",
  tag: "Installation",
  summary: "Add a tenant with its first Administrator",
  description: "`administrator` is the email of somebody who has an account here already.",
  may: "installation",
  body: addTenantSchema.extend({ administrator: emailSchema }),
  answer: z.object({ tenantId: z.uuid(), slug: z.string() }),
  status: 201,
});

export const renameTenant = operation({
  id: "renameTenant",
  method: "PUT",
  path: "/tenants/{tenantId}/name",
  tag: "Installation",
  summary: "Give a tenant another name; its address stays",
  description: SEEN,
  may: "installation",
  params: renameTenantSchema.pick({ tenantId: true }),
  body: renameTenantSchema.omit({ tenantId: true }),
});
