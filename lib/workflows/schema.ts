import { z } from "zod";
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

export type SetUpInput = z.output<typeof setUpSchema>;
