import { z } from "zod";
import type { CredentialRefusal } from "@/lib/credentials/schema";

export const REQUESTS_A_PAGE = 25;
/** Where the list stands among other things. */
export const REQUESTS_A_MACHINE_PAGE = 10;

/** The values are stored and shown as they stand here. */
export const TOKEN_OUTCOMES = ["Granted", "Refused"] as const;
export type TokenOutcome = (typeof TOKEN_OUTCOMES)[number];

/** Why a token request was refused, besides what may be wrong with its credential. */
export const REQUEST_REFUSALS = [
  "credentials_missing",
  "credentials_malformed",
  "assertion_invalid",
  "assertion_expired",
  "assertion_used_before",
  "assertion_key_unknown",
  "request_malformed",
  "grant_not_supported",
  "resource_unknown",
  "scope_not_granted",
  "proof_missing",
  "proof_invalid",
  "server_failed",
] as const;

/**
 * Why a token request was refused, in one word. Nothing that a client sent is ever part of it; outside, many of them are one answer.
 */
export type RefusalReason = CredentialRefusal | (typeof REQUEST_REFUSALS)[number];

/** How far back a chart or a list looks. */
export const ACTIVITY_PERIODS = ["24h", "7d", "30d"] as const;
export type ActivityPeriod = (typeof ACTIVITY_PERIODS)[number];

/** Where one page ends and the next begins: `<time>~<row id>`. */
export const activityCursor: z.ZodType<string> = z
  .templateLiteral([z.iso.datetime({ precision: 3 }), "~", z.string().regex(/^\d{1,18}$/)])
  // PostgreSQL knows no year 0.
  .refine((text) => !text.startsWith("0000"));
const cursor = activityCursor.optional().catch(undefined);

/** How far back the chart of a page looks, as it stands in the address. */
export const activityPeriodSchema = z.object({
  period: z.enum(ACTIVITY_PERIODS).catch("24h").default("24h"),
});

/** What one looks for, where what cannot be read is refused. */
export const activityFilterSchema = z.object({
  outcome: z.enum(TOKEN_OUTCOMES).optional(),
  machine: z.uuid().optional(),
  period: z.enum(ACTIVITY_PERIODS).optional(),
});
const { outcome, machine, period } = activityFilterSchema.shape;

/** The list's state as it stands in the address; anything unreadable falls back instead of failing. */
export const activityListSchema = z.object({
  outcome: outcome.catch(undefined),
  machine: machine.catch(undefined),
  period: period.catch(undefined),
  older: cursor,
  newer: cursor,
});

export type ActivityListQuery = z.output<typeof activityListSchema>;

/** A token request as lists show it, or those of one minute that were too many for a row each. */
export type TokenRequestRow = {
  /** Digits. */
  readonly id: string;
  readonly machineId: string;
  readonly credentialId: string | null;
  readonly outcome: TokenOutcome;
  readonly code: string | null;
  readonly reason: string | null;
  readonly address: string | null;
  readonly userAgent: string | null;
  readonly at: Date;
  readonly isFolded: boolean;
  readonly lastAt: Date;
  readonly count: number;
};

/** What the machine of a row is called now. */
export type ActivityMachine = { readonly id: string; readonly name: string; readonly isDeleted: boolean };

export type ActivityPage = {
  /** Each with whether the deletion of its credential was rehearsed at that time. */
  readonly rows: readonly (TokenRequestRow & { readonly isRehearsed: boolean })[];
  readonly machines: readonly ActivityMachine[];
  /** Cursors of the pages beside this one. */
  readonly older: string | null;
  readonly newer: string | null;
};

/** What a chart shows for one stretch of time. */
export type ActivityBin = {
  readonly from: Date;
  readonly to: Date;
  readonly granted: number;
  readonly refused: number;
};

/** How a credential was used to buy tokens since that is recorded. */
export type CredentialUse = {
  readonly credentialId: string;
  readonly firstAt: Date;
  readonly lastAt: Date;
  readonly count: number;
  /** The ones used last; those not seen for as long as activity is kept are not among them. */
  readonly addresses: readonly string[];
  /** How many there are in all. */
  readonly addressCount: number;
};

/** How often a credential bought tokens from one address, and when it last did. */
export type AddressUse = { readonly address: string; readonly count: number; readonly lastAt: Date };
