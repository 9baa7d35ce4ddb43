import { z } from "zod";
import { SIGNING_ALGORITHMS } from "@/lib/algorithms";
import { parseEmailDomains, parseRoles } from "@/lib/arrival-rules";
import { DatabaseUrlError, readDatabaseUrl } from "@/lib/database-url";
import { opaqueString } from "@/lib/fold";
import { parseMailFrom, parseSmtpUrl } from "@/lib/mail-settings";
import { parseNetworks, parseTrustedProxies } from "@/lib/network";
import { ROLES } from "@/lib/roles";

const logLevels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

const wholeNumber = (from: number, to: number) => {
  const message = `must be a whole number from ${from} to ${to}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, message)
    .transform(Number)
    .pipe(z.number().min(from, message).max(to, message));
};

const processes = z
  .string()
  .regex(/^(?:auto|[1-9]|[1-5]\d|6[0-4])$/, "must be auto or a whole number from 1 to 64")
  .transform((text) => (text === "auto" ? text : Number(text)));

const origin = z.string().transform((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain = url?.username === "" && url.pathname === "/" && url.search === "" && url.hash === "";
  if (url !== undefined && plain && /^https?:$/.test(url.protocol)) return url.origin;
  context.addIssue({
    code: "custom",
    message: "must be an absolute http or https URL without a path, like https://latchkey.example.com",
  });
  return z.NEVER;
});

const appSecret = z.string().min(32, "must be at least 32 characters long").optional();

const networksBy = (parse: (text: string) => ReturnType<typeof parseNetworks>) =>
  z.string().transform((text, context) => {
    const parsed = parse(text);
    if (parsed.ok) return parsed.networks;
    context.addIssue({
      code: "custom",
      message: `must list addresses, ranges and the word loopback, separated by commas: ${parsed.problem}`,
    });
    return z.NEVER;
  });

const webhookNetworks = (text: string) =>
  parseNetworks(text, "would let webhooks reach every network; list those that they may");

const databaseUrl = z.string().superRefine((text, context) => {
  try {
    readDatabaseUrl(text);
  } catch (error) {
    if (!(error instanceof DatabaseUrlError)) throw error;
    context.addIssue({ code: "custom", message: error.message });
  }
});

const onOff = z.enum(["on", "off"], "must be on or off").transform((text) => text === "on");

/** @param parse returns what a text means, or what is wrong with it as a sentence's end */
const parsedBy = <T>(parse: (text: string) => { readonly value: T } | { readonly problem: string }) =>
  z.string().transform((text, context) => {
    const parsed = parse(text);
    if ("value" in parsed) return parsed.value;
    context.addIssue({ code: "custom", message: parsed.problem });
    return z.NEVER;
  });

/** What may be set, each with what is wrong with it as the end of a sentence that begins with its name. */
export const variables = z.object({
  PORT: wholeNumber(1, 65_535).default(3000),
  HOST: z.string().optional(),
  PROCESSES: processes.default(1),
  DATA_DIR: z.string().default(".data"),
  DATABASE_URL: databaseUrl.optional(),
  APP_SECRET: appSecret,
  APP_SECRET_PREVIOUS: appSecret,
  APP_SECRET_PREVIOUS_UNTIL: z.iso
    .datetime({
      offset: true,
      error: "must be a date and time with its zone, like 2027-01-31T18:00:00Z or 2027-01-31T18:00:00+01:00",
    })
    .transform((text) => new Date(text))
    .optional(),
  ORIGIN: origin.optional(),
  ADMIN_EMAIL: z.email("must be an email address").optional(),
  ADMIN_PASSWORD: z
    .string()
    .overwrite(opaqueString)
    .refine(
      (text) => Buffer.byteLength(text) >= 12 && Buffer.byteLength(text) <= 72,
      "must be 12 to 72 bytes long",
    )
    .optional(),
  ACCESS_TOKEN_LIFETIME_SECONDS: wholeNumber(300, 86_400).default(3600),
  SIGNING_ALGORITHM: z
    .enum(SIGNING_ALGORITHMS, `must be one of ${SIGNING_ALGORITHMS.join(", ")}`)
    .default("ES256"),
  SIGNING_KEY_ROTATION_DAYS: wholeNumber(0, 3650).default(90),
  LOG_LEVEL: z.enum(logLevels, `must be one of ${logLevels.join(", ")}`).default("info"),
  TRUSTED_PROXIES: networksBy(parseTrustedProxies).optional(),
  TOKEN_FAILURES_PER_CLIENT: wholeNumber(0, 999_999_999).default(100),
  TOKEN_FAILURES_PER_ADDRESS: wholeNumber(0, 999_999_999).default(1_000),
  METRICS_TOKEN: z
    .string()
    .regex(
      /^[\w.~+/=-]{32,}$/,
      "must be at least 32 characters: letters, digits and -._~+/=, e.g. from openssl rand -hex 32",
    )
    .optional(),
  METRICS_PORT: wholeNumber(1, 65_535).optional(),
  DRAIN_SECONDS: wholeNumber(0, 300).default(0),
  SSO_ISSUER: z
    .string()
    .refine(
      (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol),
      "must be the issuer's URL, like https://login.example.com/realms/main",
    )
    .optional(),
  SSO_CLIENT_ID: z.string().optional(),
  SSO_CLIENT_SECRET: z.string().optional(),
  SSO_NAME: z.string().max(60, "must be at most 60 characters long").default("single sign-on"),
  SSO_EMAIL_DOMAINS: parsedBy(parseEmailDomains).optional(),
  SSO_TRUST_EMAIL: onOff.default(false),
  SSO_ROLE_CLAIM: z.string().default("groups"),
  SSO_ROLES: parsedBy(parseRoles).optional(),
  SSO_DEFAULT_ROLE: z
    .enum(["none", ...ROLES], "must be none, Administrator, Operator or Viewer")
    .default("none"),
  SSO_TENANT: z.string().default("default"),
  PASSWORD_SIGN_IN: onOff.default(true),
  SIGN_IN_ACTIVITY_DAYS: wholeNumber(0, 3650).default(30),
  WEBHOOK_ALLOWED_NETWORKS: networksBy(webhookNetworks).optional(),
  SMTP_URL: parsedBy(parseSmtpUrl).optional(),
  MAIL_FROM: parsedBy(parseMailFrom).optional(),
});
