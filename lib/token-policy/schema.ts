import { z } from "zod";

/** The values are stored and sent as they stand here. */
export const CLIENT_AUTHENTICATIONS = ["Any", "Secret", "Key"] as const;

export type ClientAuthentication = (typeof CLIENT_AUTHENTICATIONS)[number];

/** What a token may do at the orchestrator. */
export const TOKEN_SCOPES = ["OR.Robots", "OR.Jobs", "OR.Assets"] as const;
export type TokenScope = (typeof TOKEN_SCOPES)[number];

/** How long an access token may be good. In seconds. */
export const TOKEN_LIFETIME_SECONDS = { min: 60, max: 86_400 };

const LIFETIME_RANGE = "Enter a time from 60 seconds to 24 hours, or nothing.";
const tokenLifetimeSeconds = z
  .number({ error: LIFETIME_RANGE })
  .int(LIFETIME_RANGE)
  .min(TOKEN_LIFETIME_SECONDS.min, LIFETIME_RANGE)
  .max(TOKEN_LIFETIME_SECONDS.max, LIFETIME_RANGE)
  .nullable();

/** In the order of `TOKEN_SCOPES`, each once. */
const allowedScopes = z
  .array(z.enum(TOKEN_SCOPES, "Choose among the scopes that there are."), "Tick at least one scope.")
  .transform((chosen) => TOKEN_SCOPES.filter((scope) => chosen.includes(scope)));

const clientAuthentication = z.enum(CLIENT_AUTHENTICATIONS, "Choose how clients authenticate.");

/** What tokens of a machine may be and how its clients prove who they are; null and no scopes are what the tenant says. */
export const machineTokenPolicySchema = z.object({
  tokenLifetimeSeconds: tokenLifetimeSeconds.default(null),
  allowedScopes: allowedScopes.default([]),
  clientAuthentication: clientAuthentication.nullable().default(null),
  requiresDpop: z.boolean().nullable().default(null),
});

/** What holds for machines that say nothing else; no lifetime is what the installation says, no scopes are all of them. */
export const tokenDefaultsSchema = z.object({
  tokenLifetimeSeconds,
  allowedScopes,
  clientAuthentication,
  requiresDpop: z.boolean(),
});

export type MachineTokenPolicy = Readonly<z.output<typeof machineTokenPolicySchema>>;
export type TokenDefaults = Readonly<z.output<typeof tokenDefaultsSchema>>;
