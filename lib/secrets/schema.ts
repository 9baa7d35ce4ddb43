import { z } from "zod";

/** How many secrets of one machine may be live at once. */
export const LIVE_SECRETS_MAX = 10;

export const issueSecretSchema = z.object({ machineId: z.uuid() });

export const secretIdSchema = z.string().regex(/^[0-9A-Za-z]{16}$/);

export const deleteSecretSchema = z.object({
  machineId: z.uuid(),
  secretId: secretIdSchema,
  /** The last live secret is deleted only when this says so. */
  confirmedLast: z.boolean().default(false),
});

export type DeleteSecretInput = z.output<typeof deleteSecretSchema>;

/** A secret as lists show it: nothing in it opens a door. */
export type SecretView = {
  readonly id: string;
  /** The fixed prefix and the last four characters, e.g. `lks_…a1B2`. */
  readonly hint: string;
  readonly createdAt: Date;
  readonly createdBy: string | null;
  readonly lastUsedAt: Date | null;
  readonly lastUsedAddress: string | null;
  readonly revokedAt: Date | null;
  readonly revokedBy: string | null;
};

/** A secret with its value: returned once, by the deed that issued it. */
export type IssuedSecret = {
  readonly machineName: string;
  readonly clientId: string;
  readonly secretId: string;
  readonly clientSecret: string;
};
