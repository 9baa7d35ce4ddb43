import { z } from "zod";
import type { SigningAlgorithm } from "@/lib/algorithms";

/** RFC 7523 §2.2: what says that `client_assertion` is a JWT. */
export const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** How a client shows its credential in a form, where it does not in the header. */
const clientFormSchema = z.object({
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
  client_assertion_type: z.literal(ASSERTION_TYPE).optional(),
  client_assertion: z.string().optional(),
});

/** The form of a token request; it is read by hand, name by name (`FormParameters`). */
export const tokenFormSchema = clientFormSchema.extend({
  grant_type: z.literal("client_credentials"),
  scope: z
    .string()
    .optional()
    .meta({ description: "With spaces between; all that the client may have without it" }),
  resource: z
    .union([z.url(), z.array(z.url())])
    .optional()
    .meta({ description: "What the token is for (RFC 8707)" }),
});

/** The form of a revocation or an introspection, read in the same way. */
export const tokenQuestionSchema = clientFormSchema.extend({
  token: z.string(),
  token_type_hint: z.string().optional(),
});

type FormParameter = keyof typeof tokenFormSchema.shape | keyof typeof tokenQuestionSchema.shape;

/** What a form says: nobody reads a parameter that the schemas do not name. */
export type FormParameters = {
  readonly get: (name: FormParameter) => string | undefined;
  readonly has: (name: FormParameter) => boolean;
};

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
