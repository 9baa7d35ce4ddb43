import { z } from "zod";
import { operation } from "@/lib/admin-api/operation";
import { credentialIdSchema } from "@/lib/credentials/schema";
import { ROLES } from "@/lib/roles";

export const whoAmI = operation({
  id: "whoAmI",
  method: "GET",
  path: "/me",
  tag: "API clients",
  summary: "Show which API client asks, and what it may at this moment",
  may: "read",
  answer: z.object({
    id: z.uuid(),
    name: z.string(),
    role: z.enum(ROLES),
    mayConfirm: z.boolean().meta({ description: "Does what people confirm with their password" }),
    managesInstallation: z.boolean(),
    credentialId: credentialIdSchema.meta({
      description: "The secret or key that the token was bought with",
    }),
    tenant: z.object({ id: z.uuid(), slug: z.string(), name: z.string() }),
  }),
});
