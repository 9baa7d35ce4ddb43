import { z } from "zod";
import { ROLES, type Role } from "@/lib/roles";
import { isPlainLine, isStorable } from "@/lib/text";
import { tokenDefaultsSchema } from "@/lib/token-policy/schema";

export const roleSchema = z.enum(ROLES, "Choose a role.");
export const SLUG_MAX_LENGTH = 63;

export const tenantSlugSchema = z
  .string()
  .trim()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, "Use lower-case letters, digits and hyphens, at most 63.");

export const tenantNameSchema = z
  .string()
  .trim()
  .min(1, "Enter a name.")
  .max(100, "Use at most 100 characters.")
  .refine(isPlainLine, "Use plain characters only.");

export const DEFAULT_TENANT = { slug: "default", name: "Default" } as const;

export const requireSecondFactorSchema = z.object({ isRequired: z.boolean() });
export const editTokenDefaultsSchema = z.object({
  defaults: tokenDefaultsSchema,
  /** The defaults the form was filled from. */
  seen: tokenDefaultsSchema,
});

export type EditTokenDefaultsInput = z.output<typeof editTokenDefaultsSchema>;

/** What happens by itself to a live secret that somebody reports as leaked; people are told whichever it is. */
export const LEAK_RESPONSES = ["Disable", "Rehearse", "Tell"] as const;
export type LeakResponse = (typeof LEAK_RESPONSES)[number];

export const chooseLeakResponseSchema = z.object({
  leakResponse: z.enum(LEAK_RESPONSES, "Choose what happens."),
  /** The choice the form was filled from. */
  seen: z.enum(LEAK_RESPONSES),
});

export type ChooseLeakResponseInput = z.output<typeof chooseLeakResponseSchema>;

/** Where in the list a tenant stands: its address, `~`, and its name. */
export const tenantCursorSchema = z
  .string()
  .max(300)
  .refine(isStorable)
  .transform((text): string[] => /^([^~]+)~(.+)$/s.exec(text) ?? [])
  .pipe(z.tuple([z.string(), z.string(), z.string()]))
  .transform(([, slug, name]): TenantCursor => ({ slug, name }));

export type TenantCursor = Readonly<Pick<TenantRow, "slug" | "name">>;

/** @returns the cursor as it stands in an address */
export const tenantCursorText = ({ slug, name }: TenantCursor): string => `${slug}~${name}`;

export const addTenantSchema = z.object({ name: tenantNameSchema, slug: tenantSlugSchema });

export const renameTenantSchema = z.object({
  tenantId: z.uuid(),
  name: tenantNameSchema,
  /** The name the form was filled from. */
  seen: z.string(),
});

export type AddTenantInput = z.output<typeof addTenantSchema>;
export type RenameTenantInput = z.output<typeof renameTenantSchema>;

/** A tenant as the settings list it. */
export type TenantRow = {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly machines: number;
  readonly members: number;
};

/** A tenant an admin belongs to. */
export type TenantView = {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly role: Role;
  /** Members without a second factor set one up before they see anything else. */
  readonly requiresSecondFactor: boolean;
};
