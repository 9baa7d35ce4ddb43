import { z } from "zod";
import { isPlainLine, isPlainText } from "@/lib/text";

/** A secret that somebody found. GitHub's secret scanning sends an array of these; what else it says is not read. */
export const leakReportSchema = z.object({
  token: z.string().max(1_000),
  source: z.string().max(1_000).optional().catch(undefined),
  url: z.string().max(10_000).optional().catch(undefined),
});
/** In one report. */
export const LEAK_REPORTS_MAX = 100;

/** The values are stored and sent as they stand here. */
export const CREDENTIAL_KINDS = ["Secret", "Key"] as const;

export type CredentialKind = (typeof CREDENTIAL_KINDS)[number];
/** Why a credential that was shown may not be used: the word that records keep. */
export const CREDENTIAL_REFUSALS = [
  "secret_malformed",
  "secret_unknown",
  "secret_wrong",
  "secret_outdated",
  "secret_of_another_client",
  "credential_tampered",
  "credential_deleted",
  "credential_expired",
  "credential_disabled",
  "credential_not_accepted",
  "address_not_allowed",
  "purchases_used_up",
  "machine_deleted",
  "machine_disabled",
] as const;
export type CredentialRefusal = (typeof CREDENTIAL_REFUSALS)[number];

export type CredentialState = "Live" | "Disabled" | "Expired" | "Deleted";

/** How many secrets and how many keys of a machine are shown, those that are deleted last. */
export const CREDENTIALS_SHOWN_MAX = 200;
export const CREDENTIAL_NAME_MAX_LENGTH = 100;
export const CREDENTIAL_NOTE_MAX_LENGTH = 500;
export const DISABLED_REASON_MAX_LENGTH = 500;
/** How many addresses and ranges a credential can be limited to, and to how many purchases. */
export const ALLOWED_ADDRESSES_MAX = 50;
export const PURCHASES_MAX = 1_000_000;
/** A public key's text is at most this long; RSA of 8,192 bits takes a fifth of it. */
export const PUBLIC_KEY_MAX_LENGTH = 16_384;

const nameOf = (shortest: number) =>
  z
    .string({ error: "Enter a name." })
    .trim()
    .min(shortest, "Enter a name.")
    .max(CREDENTIAL_NAME_MAX_LENGTH, `Use at most ${CREDENTIAL_NAME_MAX_LENGTH} characters.`)
    .refine(isPlainLine, "Use plain characters only: no line breaks or control characters.");

/** From this instant on it is refused; null is never. */
const expiresAt = z.date({ error: "Choose a date and a time." }).nullable().default(null);

export const issueSecretSchema = z.object({
  machineId: z.uuid(),
  name: nameOf(0).default(""),
  expiresAt,
});

export const addKeySchema = z.object({
  machineId: z.uuid(),
  name: nameOf(1),
  expiresAt,
  /** A JWK or a PEM block, as it was pasted; only ever the public half. */
  publicKey: z
    .string({ error: "Paste a public key." })
    .trim()
    .min(1, "Paste a public key.")
    .max(PUBLIC_KEY_MAX_LENGTH, `A public key has at most ${PUBLIC_KEY_MAX_LENGTH} characters.`),
});

export const credentialIdSchema = z.string().regex(/^[0-9A-Za-z]{16}$/);

export const deleteCredentialSchema = z.object({
  machineId: z.uuid(),
  credentialId: credentialIdSchema,
  /** The last live credential is deleted only when this says so. */
  confirmedLast: z.boolean().default(false),
});

export const disableCredentialSchema = deleteCredentialSchema.extend({
  /** Why, for whoever finds it disabled. */
  reason: z
    .string()
    .trim()
    .max(DISABLED_REASON_MAX_LENGTH, `Use at most ${DISABLED_REASON_MAX_LENGTH} characters.`)
    .refine(isPlainText, "Use plain text only: no control characters.")
    .default(""),
});

export const enableCredentialSchema = z.object({ machineId: z.uuid(), credentialId: credentialIdSchema });

/** As they are typed: addresses and ranges, one a line or separated by commas. */
const addresses = z
  .string()
  .max(ALLOWED_ADDRESSES_MAX * 60, `Enter at most ${ALLOWED_ADDRESSES_MAX} addresses and ranges.`)
  .default("");

const PURCHASES_SAY = `Enter a whole number from 1 to ${PURCHASES_MAX.toLocaleString("en-US")}, or nothing.`;

export const editRulesSchema = z.object({
  machineId: z.uuid(),
  credentialId: credentialIdSchema,
  addresses,
  /** Null is any number. */
  purchasesMax: z
    .number({ error: PURCHASES_SAY })
    .int(PURCHASES_SAY)
    .min(1, PURCHASES_SAY)
    .max(PURCHASES_MAX, PURCHASES_SAY)
    .nullable()
    .default(null),
  /** What was used from in the last weeks is refused only when this says so. */
  confirmed: z.boolean().default(false),
  /** The rules that were read; where they hold no longer, nothing is saved. */
  seen: z
    .object({
      allowedAddresses: z.array(z.string()).max(ALLOWED_ADDRESSES_MAX),
      purchasesMax: z.number().int().nullable(),
    })
    .optional(),
});

export const foreseeRulesSchema = z.object({ credentialId: credentialIdSchema, addresses });

export const editCredentialSchema = z.object({
  machineId: z.uuid(),
  credentialId: credentialIdSchema,
  name: nameOf(0),
  note: z
    .string()
    .trim()
    .max(CREDENTIAL_NOTE_MAX_LENGTH, `Use at most ${CREDENTIAL_NOTE_MAX_LENGTH} characters.`)
    .refine(isPlainText, "Use plain text only: no control characters.")
    .default(""),
  expiresAt,
  /** What the form was filled from. */
  seen: z.object({ name: z.string(), note: z.string(), expiresAt: z.date().nullable() }),
});

/** Without name and end it is an unnamed secret that lasts until it is deleted. */
export type IssueSecretInput = Readonly<{
  machineId: string;
  name?: string;
  expiresAt?: Date | null;
  /** Of a successor: those of the one it follows. */
  allowedAddresses?: readonly string[];
}>;
export type AddKeyInput = z.output<typeof addKeySchema> & Pick<IssueSecretInput, "allowedAddresses">;
export type EditCredentialInput = z.output<typeof editCredentialSchema>;
export type DisableCredentialInput = z.output<typeof disableCredentialSchema>;
export type EditRulesInput = z.output<typeof editRulesSchema>;
export type EnableCredentialInput = z.output<typeof enableCredentialSchema>;
export type DeleteCredentialInput = z.output<typeof deleteCredentialSchema>;

/** What lists show of any credential: nothing in it opens a door. */
export type CredentialView = {
  readonly id: string;
  /** What people call it; empty when nobody named it. */
  readonly name: string;
  /** What they want to know of it later. */
  readonly note: string;
  readonly createdAt: Date;
  readonly createdBy: string | null;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly lastUsedAddress: string | null;
  readonly revokedAt: Date | null;
  readonly revokedBy: string | null;
  readonly disabledAt: Date | null;
  /** Null where Latchkey itself did it. */
  readonly disabledBy: string | null;
  readonly disabledReason: string;
  /** Addresses and ranges that it may be used from; none is anywhere. */
  readonly allowedAddresses: readonly string[];
  /** How many tokens may be bought with it, and how many were since that is limited; null is any number. */
  readonly purchasesMax: number | null;
  readonly purchases: number;
};

export type SecretView = CredentialView & {
  /** The fixed prefix and the last four characters, e.g. `lks_…a1B2`. */
  readonly hint: string;
};

export type KeyView = CredentialView & {
  /** What it may sign assertions with (RFC 7518 names). */
  readonly algorithms: readonly string[];
  /** RFC 7638, SHA-256, base64url. */
  readonly thumbprint: string;
};

/** A secret with its value: returned once, by the deed that issued it. */
export type IssuedSecret = {
  readonly machineName: string;
  readonly clientId: string;
  readonly secretId: string;
  readonly clientSecret: string;
  /** When it stops working; null is never. */
  readonly expiresAt: Date | null;
};

/** A key that was just added, with what a client must be given beside its private half. */
export type AddedKey = {
  readonly machineName: string;
  readonly clientId: string;
  readonly keyId: string;
};

/** A client secret that somebody found somewhere, as far as it is known here. */
export type RecognizedSecret = {
  readonly credentialId: string;
  /** Not comparable: what is stored of it is under an APP_SECRET that is not accepted any more. */
  readonly value: "right" | "wrong" | "not comparable";
};

/** What a credential is called, and its state. */
export type NamedState = {
  readonly name: string;
  readonly kind: CredentialKind;
  readonly state: CredentialState;
};
