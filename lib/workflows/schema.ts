import { z } from "zod";
import { issueSecretSchema } from "@/lib/credentials/schema";
import { chosenMachinesSchema, recipientSchema } from "@/lib/machines/schema";
import { rotateCredentialSchema } from "@/lib/rotations/schema";
import { DEFAULT_TENANT, tenantNameSchema, tenantSlugSchema } from "@/lib/tenants/schema";
import { emailSchema, newPasswordSchema } from "@/lib/users/schema";

/** The first administrator and the first tenant, as the set-up page sends them. */
export const setUpSchema = z.object({
  setupToken: z.string().min(1).max(200),
  email: emailSchema,
  password: newPasswordSchema,
  tenantName: tenantNameSchema.default(DEFAULT_TENANT.name),
  tenantSlug: tenantSlugSchema.default(DEFAULT_TENANT.slug),
});

/** One new client secret for each of many machines. */
export const addSecretsSchema = chosenMachinesSchema.extend({
  ...issueSecretSchema.omit({ machineId: true }).shape,
  recipient: recipientSchema,
});

/** Every live client secret of many machines gives way to a new one. Keys are left: a new one is pasted, or brought by a host. */
export const rotateMachinesSchema = chosenMachinesSchema.extend({
  ...rotateCredentialSchema.omit({ machineId: true, credentialId: true, publicKey: true }).shape,
  recipient: recipientSchema,
});

/** What people do to many machines from the list. */
export const MANY_DEEDS = ["rotate", "addSecrets", "disable", "enable", "delete"] as const;
export type ManyDeed = (typeof MANY_DEEDS)[number];

export const previewMachinesSchema = chosenMachinesSchema
  .omit({ preview: true })
  .extend({ deed: z.enum(MANY_DEEDS) });

export type PreviewMachinesInput = z.output<typeof previewMachinesSchema>;
export type AddSecretsInput = z.output<typeof addSecretsSchema>;
export type RotateMachinesInput = z.output<typeof rotateMachinesSchema>;
export type SetUpInput = z.output<typeof setUpSchema>;
