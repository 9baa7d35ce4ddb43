import { z } from "zod";

export const ROLES = ["Administrator", "Operator", "Viewer"] as const;
export type Role = (typeof ROLES)[number];

export const roleSchema = z.enum(ROLES, "Choose a role.");

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

export const requireSecondFactorSchema = z.object({ isRequired: z.boolean() });

/** A tenant an admin belongs to. */
export type TenantView = {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly role: Role;
  /** Members without a second factor set one up before they see anything else. */
  readonly requiresSecondFactor: boolean;
};
