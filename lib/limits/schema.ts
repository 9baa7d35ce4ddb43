import { z } from "zod";

/** How many machines a tenant can be limited to. */
export const MACHINES_MAX = { min: 1, max: 1_000_000 };
/**
 * How many live secrets, and how many live keys, a machine may have: two are what changing one without a gap takes; as many as its page shows, where
 * each host has a key of its own.
 */
export const LIVE_CREDENTIALS_MAX = { min: 2, usual: 10, max: 200 };
/** For how many days of 24 hours a credential can be good at the most where a limit is set. */
export const LIFETIME_DAYS_MAX = { min: 1, max: 3650 };

const between = ({ min, max }: { readonly min: number; readonly max: number }, none: string) => {
  const message = `Enter a whole number from ${min} to ${max.toLocaleString("en-US")}${none}.`;
  return z.number({ error: message }).int(message).min(min, message).max(max, message);
};

/** What a tenant allows itself; null is no limit. */
export const limitsSchema = z.object({
  machinesMax: between(MACHINES_MAX, ", or nothing").nullable(),
  liveCredentialsMax: between(LIVE_CREDENTIALS_MAX, ""),
  lifetimeDaysMax: between(LIFETIME_DAYS_MAX, ", or nothing").nullable(),
});

export const editLimitsSchema = z.object({
  limits: limitsSchema,
  /** The limits that the form was filled from. */
  seen: limitsSchema,
});

export type Limits = Readonly<z.output<typeof limitsSchema>>;
export type EditLimitsInput = z.output<typeof editLimitsSchema>;

/** What holds for a tenant that said nothing. */
export const NO_LIMITS: Limits = {
  machinesMax: null,
  liveCredentialsMax: LIVE_CREDENTIALS_MAX.usual,
  lifetimeDaysMax: null,
};
