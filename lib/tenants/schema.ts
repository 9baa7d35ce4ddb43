import { z } from "zod";
import { tokenDefaultsSchema } from "@/lib/credentials/schema";

export const ROLES = ["Administrator", "Viewer"] as const;
export type Role = (typeof ROLES)[number];

export const tenantSlugSchema = z
  .string()
  .trim()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, "Use lower-case letters, digits and hyphens, at most 63.");

export const tenantNameSchema = z
  .string()
  .trim()
  .min(1, "Enter a name.")
  .max(100, "Use at most 100 characters.")
  .refine((value) => value.isWellFormed() && !/\p{Cc}/u.test(value), "Use plain characters only.");

export const DEFAULT_TENANT = { slug: "default", name: "Default" } as const;

export const editTokenDefaultsSchema = z.object({
  defaults: tokenDefaultsSchema,
  /** The defaults the form was filled from. */
  seen: tokenDefaultsSchema,
});

export type EditTokenDefaultsInput = z.output<typeof editTokenDefaultsSchema>;

/** A tenant an admin belongs to. */
export type TenantView = {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly role: Role;
};
