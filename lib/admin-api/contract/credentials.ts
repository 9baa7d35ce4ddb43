import { z } from "zod";
import { operation } from "@/lib/admin-api/operation";
import { cutPreviewSchema, cutSchema, instant, issuedSecret } from "@/lib/admin-api/shapes";
import {
  addKeySchema,
  credentialIdSchema,
  deleteCredentialSchema,
  disableCredentialSchema,
  editCredentialSchema,
  editRulesSchema,
  issueSecretSchema,
} from "@/lib/credentials/schema";
import { machineIdSchema } from "@/lib/machines/schema";
import { cancelRehearsalSchema, rehearseDeletionSchema } from "@/lib/rehearsals/schema";

const ofCredential = machineIdSchema.extend({ credentialId: credentialIdSchema });
const IN_PATH = { machineId: true } as const;
const BOTH_IN_PATH = { machineId: true, credentialId: true } as const;

/** From this instant on it is refused; null is never. */
const expiresAt = instant.nullable().default(null);

const credential = z.object({
  id: credentialIdSchema,
  name: z.string(),
  note: z.string(),
  createdAt: instant,
  createdBy: z.string().nullable(),
  expiresAt: instant.nullable(),
  lastUsedAt: instant.nullable(),
  lastUsedAddress: z.string().nullable(),
  revokedAt: instant.nullable(),
  revokedBy: z.string().nullable(),
  disabledAt: instant.nullable(),
  disabledBy: z.string().nullable(),
  disabledReason: z.string(),
  allowedAddresses: z.array(z.string()),
  purchasesMax: z.number().int().nullable(),
  purchases: z.number().int(),
});

const listOf = <I extends z.ZodType>(item: I) => z.object({ items: z.array(item) });

export const listSecrets = operation({
  id: "listSecrets",
  method: "GET",
  path: "/machines/{machineId}/secrets",
  tag: "Credentials",
  summary: "List a machine's client secrets, the live ones first",
  may: "read",
  params: machineIdSchema,
  answer: listOf(
    credential.extend({
      hint: z.string().meta({ description: "What can be said of its value: how it begins and ends" }),
    }),
  ),
});

export const listKeys = operation({
  id: "listKeys",
  method: "GET",
  path: "/machines/{machineId}/keys",
  tag: "Credentials",
  summary: "List a machine's public keys, the live ones first",
  may: "read",
  params: machineIdSchema,
  answer: listOf(
    credential.extend({
      algorithms: z.array(z.string()),
      thumbprint: z.string().meta({ description: "RFC 7638, SHA-256" }),
    }),
  ),
});

export const addSecret = operation({
  id: "addSecret",
  method: "POST",
  path: "/machines/{machineId}/secrets",
  tag: "Credentials",
  summary: "Add a client secret",
  may: "secrets.issue",
  params: machineIdSchema,
  body: issueSecretSchema.omit(IN_PATH).extend({ expiresAt }),
  answer: issuedSecret,
  status: 201,
  secrets: ["clientSecret"],
});

export const addKey = operation({
  id: "addKey",
  method: "POST",
  path: "/machines/{machineId}/keys",
  tag: "Credentials",
  summary: "Add a public key",
  may: "keys.add",
  params: machineIdSchema,
  body: addKeySchema.omit(IN_PATH).extend({ expiresAt }),
  answer: z.object({ machineName: z.string(), clientId: z.uuid(), keyId: credentialIdSchema }),
  status: 201,
});

export const editCredential = operation({
  id: "editCredential",
  method: "PUT",
  path: "/machines/{machineId}/credentials/{credentialId}",
  tag: "Credentials",
  summary: "Save the name, note and end of a client secret or key",
  description: "`seen` is what was read: the change is made to that, or not at all.",
  may: "credentials.edit",
  params: ofCredential,
  body: editCredentialSchema.omit(BOTH_IN_PATH).extend({
    expiresAt,
    seen: z.object({ name: z.string(), note: z.string(), expiresAt: instant.nullable() }),
  }),
});

export const editRules = operation({
  id: "editRules",
  method: "PUT",
  path: "/machines/{machineId}/credentials/{credentialId}/rules",
  tag: "Credentials",
  summary: "Save from where a client secret or key may be used, and how often",
  description:
    "Addresses that it was used from in the last 30 days are refused only with `confirmed`. With `seen`, the rules that were read: where they hold no longer, nothing is saved.",
  may: "credentials.edit",
  params: ofCredential,
  body: editRulesSchema.omit(BOTH_IN_PATH),
  preview: z.object({
    seenAs: z.string().nullable().meta({ description: "The address that this request came from" }),
    problem: z.string().nullable(),
    refused: z.array(z.object({ address: z.string(), count: z.number().int(), lastAt: instant })),
    allowed: z.array(z.object({ address: z.string(), count: z.number().int(), lastAt: instant })),
  }),
});

export const disableCredential = operation({
  id: "disableCredential",
  method: "POST",
  path: "/machines/{machineId}/credentials/{credentialId}/disable",
  tag: "Credentials",
  summary: "Refuse a client secret or key until it is enabled, and disconnect its hosts",
  may: "credentials.disable",
  params: ofCredential,
  body: disableCredentialSchema.omit(BOTH_IN_PATH),
  answer: cutSchema,
  preview: cutPreviewSchema,
});

export const enableCredential = operation({
  id: "enableCredential",
  method: "POST",
  path: "/machines/{machineId}/credentials/{credentialId}/enable",
  tag: "Credentials",
  summary: "Enable a disabled client secret or key",
  may: "credentials.disable",
  params: ofCredential,
});

export const deleteCredential = operation({
  id: "deleteCredential",
  method: "POST",
  path: "/machines/{machineId}/credentials/{credentialId}/delete",
  tag: "Credentials",
  summary: "Delete a client secret or key and disconnect its hosts",
  may: "credentials.delete",
  params: ofCredential,
  body: deleteCredentialSchema.omit(BOTH_IN_PATH),
  answer: cutSchema,
  preview: cutPreviewSchema,
});

export const rehearseDeletion = operation({
  id: "rehearseDeletion",
  method: "POST",
  path: "/machines/{machineId}/credentials/{credentialId}/rehearse",
  tag: "Credentials",
  summary: "Rehearse a deletion: uses are granted, and marked",
  may: "credentials.rehearse",
  params: ofCredential,
  body: rehearseDeletionSchema.omit(BOTH_IN_PATH).extend({ endsAt: instant }),
});

export const listRehearsals = operation({
  id: "listRehearsals",
  method: "GET",
  path: "/machines/{machineId}/rehearsals",
  tag: "Credentials",
  summary: "List the rehearsals that go on for a machine's credentials",
  may: "read",
  params: machineIdSchema,
  answer: listOf(
    z.object({
      id: z.uuid(),
      credentialId: credentialIdSchema,
      startedAt: instant,
      startedBy: z.string().nullable(),
      endsAt: instant,
    }),
  ),
});

export const cancelRehearsal = operation({
  id: "cancelRehearsal",
  method: "POST",
  path: "/machines/{machineId}/rehearsals/{rehearsalId}/cancel",
  tag: "Credentials",
  summary: "Cancel a rehearsal",
  may: "credentials.rehearse",
  params: cancelRehearsalSchema,
});
