import { z } from "zod";
import type { SigningAlgorithm } from "@/lib/algorithms";

export const kidSchema = z.object({ kid: z.string().min(1).max(200) });

/** What an imported key is for: to sign after the present one, or only to verify what another server signed with it. */
export const IMPORT_ROLES = ["next", "retired"] as const;
export type ImportRole = (typeof IMPORT_ROLES)[number];

export const importSigningKeySchema = z.object({
  jwk: z
    .string()
    .trim()
    .min(1, "Paste the private key as a JWK.")
    .max(20_000, "That is longer than any key: paste one JWK."),
  role: z.enum(IMPORT_ROLES),
});
export type ImportSigningKeyInput = z.output<typeof importSigningKeySchema>;

export const withdrawSigningKeySchema = kidSchema.extend({
  /** Somebody has said that it is meant, although the key signs at this moment. */
  confirmedActive: z.boolean().default(false),
});
export type WithdrawSigningKeyInput = z.output<typeof withdrawSigningKeySchema>;

/** A signing key as people see it: no half of it. */
export type SigningKeyView = {
  readonly kid: string;
  readonly algorithm: string;
  readonly state: "Next" | "Active" | "Retired" | "Withdrawn";
  readonly isImported: boolean;
  /** When the state began. */
  readonly since: Date;
  /** When the state will end by itself; null where nobody can say. */
  readonly until: Date | null;
  /** Tokens it has signed that have not expired. */
  readonly liveTokens: number;
};

/** How keys are made from now on; rotation is in days, 0 for none by itself. */
export type SigningKeyPolicy = { readonly algorithm: SigningAlgorithm; readonly rotationDays: number };

/** What the withdrawal of a key would cut. */
export type WithdrawalImpact = {
  readonly kid: string;
  readonly isActive: boolean;
  readonly liveTokens: number;
};

/** What the withdrawal of a key has done. */
export type WithdrawnKey = {
  readonly kid: string;
  readonly liveTokens: number;
  /** The key that signs from now on, when the withdrawn one did. */
  readonly newActiveKid: string | null;
};
