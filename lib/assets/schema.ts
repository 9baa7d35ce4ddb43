import { z } from "zod";
import { isPlainLine, isPlainText } from "@/lib/text";

export const ASSET_TYPES = ["Text", "Number", "Boolean", "Json", "Credential"] as const;
export type AssetType = (typeof ASSET_TYPES)[number];

const VALUE_MAX_BYTES = 32 * 1024;
const PLAIN_LINE = "Use plain characters only: no line breaks or control characters.";
const PLAIN_TEXT = "Use plain text only: no control characters.";

/** The value as it was typed; what it must look like depends on the type (see rules). For a credential it is the password. */
const typedValue = z
  .string()
  .refine(isPlainText, PLAIN_TEXT)
  .refine((text) => new TextEncoder().encode(text).length <= VALUE_MAX_BYTES, "Use at most 32 KiB.");

const assetName = z
  .string()
  .trim()
  .min(1, "Enter a name.")
  .max(200, "Use at most 200 characters.")
  .refine(isPlainLine, PLAIN_LINE)
  // Robots fetch an asset by its name, and these two are steps in an address, however they are encoded (WHATWG URL).
  .refine((name) => !/^\.{1,2}$/.test(name), "No address can hold this name. Choose another.");

export const addAssetSchema = z.object({
  name: assetName,
  description: z
    .string()
    .trim()
    .max(500, "Use at most 500 characters.")
    .refine(isPlainText, PLAIN_TEXT)
    .default(""),
  type: z.enum(ASSET_TYPES, "Choose a type."),
  /** Only for a credential. */
  username: z.string().trim().max(255).refine(isPlainLine, PLAIN_LINE).default(""),
  value: typedValue,
});

export const setAssetSchema = z.object({
  assetId: z.uuid(),
  /** For robots of this machine only; for all others when absent. */
  machineId: z.uuid().optional(),
  username: z.string().trim().max(255).refine(isPlainLine, PLAIN_LINE).default(""),
  value: typedValue,
  /** `updatedAt` as it was read; where any of the asset's values was changed since, nothing is saved. */
  seen: z.object({ updatedAt: z.date() }).optional(),
});

export const machineValueSchema = z.object({ assetId: z.uuid(), machineId: z.uuid() });
export const assetIdSchema = z.object({ assetId: z.uuid() });

export type AddAssetInput = z.output<typeof addAssetSchema>;
export type SetAssetInput = z.output<typeof setAssetSchema>;

/** What an asset holds once it is read: a credential is a pair. */
export type AssetContent =
  | string
  | number
  | boolean
  | null
  | { readonly [name: string]: unknown }
  | readonly unknown[];

export type AssetView = {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly type: AssetType;
  /** The value as text; null for a credential, which no person sees again. */
  readonly value: string | null;
  readonly updatedAt: Date;
  readonly createdBy: string | null;
  /** Machines with a value of their own; again null for a credential. */
  readonly machineValues: readonly {
    readonly machineId: string;
    readonly machineName: string;
    readonly value: string | null;
  }[];
};

export const assetNameSchema = z.object({ name: z.string().min(1).max(200) });
