import { z } from "zod";
import { SIGNING_ALGORITHMS } from "@/lib/algorithms";
import { type ArrivalRules, parseEmailDomains, parseRoles } from "@/lib/arrival-rules";
import { DatabaseUrlError, readDatabaseUrl } from "@/lib/database-url";
import { opaqueString } from "@/lib/fold";
import { NO_PROXIES, parseTrustedProxies, type TrustedProxies } from "@/lib/network";
import { ROLES } from "@/lib/roles";

/** The settings of this process, complete and checked. Ports are TCP ports; lifetimes are in seconds. */
export type Env = {
  readonly port: number;
  /** Address to listen on; undefined means all. */
  readonly host: string | undefined;
  /** How many processes serve that port; auto: as there are cores. */
  readonly processes: number | "auto";
  readonly dataDir: string;
  readonly databaseUrl: string;
  /** The key under which everything sensitive is encrypted and peppered. */
  readonly appSecret: string;
  /** The other secret that is accepted while APP_SECRET is being changed: reading only. */
  readonly previousAppSecret: string | undefined;
  /** From then on client secrets stored under the other one are refused; undefined is never. */
  readonly previousAppSecretEndsAt: Date | undefined;
  /** The scheme, host and port that people and robots use, without a trailing slash. */
  readonly origin: string;
  readonly adminEmail: string | undefined;
  readonly adminPassword: string | undefined;
  readonly accessTokenLifetimeSeconds: number;
  /** What signing keys made from now on sign with. */
  readonly signingAlgorithm: (typeof SIGNING_ALGORITHMS)[number];
  /** How long a signing key signs before the next one does; 0: until somebody rotates. */
  readonly signingKeyRotationDays: number;
  readonly logLevel: LogLevel;
  /** Whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: TrustedProxies;
  /** Failed client authentications of one client from one network, each window, before the answer is 429; 0 is no limit. */
  readonly tokenFailuresPerClient: number;
  /** The same for one network, whatever the client. */
  readonly tokenFailuresPerAddress: number;
  /** How long the process goes on serving after it was asked to stop, so that a load balancer can hear of it. */
  readonly drainSeconds: number;
  /** The OpenID provider people sign in at; undefined is none. */
  readonly singleSignOn: SingleSignOn | undefined;
  /** Whether people may sign in with a password of Latchkey. */
  readonly isPasswordSignInOn: boolean;
  /** How many days it is kept what robots asked of the token endpoint; 0 keeps nothing. */
  readonly signInActivityDays: number;
};

/** An OpenID provider, and who comes in from there as what. */
export type SingleSignOn = {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** What people call it. */
  readonly name: string;
  readonly rules: ArrivalRules;
};

/** What the operator gave. With the embedded database the last three may be missing; the process completes them. */
export type GivenEnv = Omit<Env, "databaseUrl" | "appSecret" | "origin"> &
  Partial<Pick<Env, "databaseUrl" | "appSecret" | "origin">>;

/** The environment variables are wrong; the message lists everything that is wrong with them. */
export class EnvironmentError extends Error {
  override readonly name = "EnvironmentError";

  constructor(readonly problems: readonly string[]) {
    super(["The environment is not right:", ...problems.map((problem) => `  - ${problem}`)].join("\n"));
  }
}

const logLevels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;
type LogLevel = (typeof logLevels)[number];

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

const trustedProxies = z.string().transform((text, context) => {
  const parsed = parseTrustedProxies(text);
  if (parsed.ok) return parsed.proxies;
  context.addIssue({
    code: "custom",
    message: `must list addresses, ranges and the word loopback, separated by commas: ${parsed.problem}`,
  });
  return z.NEVER;
});

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

const variables = z.object({
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
  TRUSTED_PROXIES: trustedProxies.optional(),
  TOKEN_FAILURES_PER_CLIENT: wholeNumber(0, 999_999_999).default(100),
  TOKEN_FAILURES_PER_ADDRESS: wholeNumber(0, 999_999_999).default(1_000),
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
});

/**
 * Reads what the operator gave. An empty variable counts as missing.
 *
 * @throws EnvironmentError with all problems at once.
 */
export function readGivenEnv(source: Readonly<Record<string, string | undefined>>): GivenEnv {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ""));
  const parsed = variables.safeParse(given);
  const problems = [
    ...(parsed.error?.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`) ?? []),
    ...missingCompanions(given),
  ];
  if (!parsed.success || problems.length > 0) throw new EnvironmentError(problems);
  const values = parsed.data;
  return {
    port: values.PORT,
    host: values.HOST,
    processes: values.PROCESSES,
    dataDir: values.DATA_DIR,
    adminEmail: values.ADMIN_EMAIL,
    adminPassword: values.ADMIN_PASSWORD,
    accessTokenLifetimeSeconds: values.ACCESS_TOKEN_LIFETIME_SECONDS,
    signingAlgorithm: values.SIGNING_ALGORITHM,
    signingKeyRotationDays: values.SIGNING_KEY_ROTATION_DAYS,
    logLevel: values.LOG_LEVEL,
    previousAppSecret: values.APP_SECRET_PREVIOUS,
    previousAppSecretEndsAt: values.APP_SECRET_PREVIOUS_UNTIL,
    trustedProxies: values.TRUSTED_PROXIES ?? NO_PROXIES,
    tokenFailuresPerClient: values.TOKEN_FAILURES_PER_CLIENT,
    tokenFailuresPerAddress: values.TOKEN_FAILURES_PER_ADDRESS,
    drainSeconds: values.DRAIN_SECONDS,
    singleSignOn: singleSignOnOf(values),
    isPasswordSignInOn: values.PASSWORD_SIGN_IN,
    signInActivityDays: values.SIGN_IN_ACTIVITY_DAYS,
    ...(values.DATABASE_URL === undefined ? {} : { databaseUrl: values.DATABASE_URL }),
    ...(values.APP_SECRET === undefined ? {} : { appSecret: values.APP_SECRET }),
    ...(values.ORIGIN === undefined ? {} : { origin: values.ORIGIN }),
  };
}

function singleSignOnOf(values: z.output<typeof variables>): SingleSignOn | undefined {
  const { SSO_ISSUER: issuer, SSO_CLIENT_ID: clientId, SSO_CLIENT_SECRET: clientSecret } = values;
  if (issuer === undefined || clientId === undefined || clientSecret === undefined) return undefined;
  return {
    issuer: issuer.replace(/\/$/, ""),
    clientId,
    clientSecret,
    name: values.SSO_NAME,
    rules: {
      emailDomains: values.SSO_EMAIL_DOMAINS ?? null,
      trustsEmail: values.SSO_TRUST_EMAIL,
      roleClaim: values.SSO_ROLE_CLAIM,
      roles: values.SSO_ROLES ?? null,
      defaultRole: values.SSO_DEFAULT_ROLE === "none" ? null : values.SSO_DEFAULT_ROLE,
      tenantSlug: values.SSO_TENANT,
    },
  };
}

let cached: Env | undefined;

/**
 * The settings of this process, read once. The process completes `process.env` before anything asks.
 *
 * @throws EnvironmentError when a variable is wrong or missing.
 */
export function env(): Env {
  cached ??= completeEnv(readGivenEnv(process.env));
  return cached;
}

function completeEnv(given: GivenEnv): Env {
  const { databaseUrl, appSecret, origin: givenOrigin } = given;
  if (databaseUrl === undefined || appSecret === undefined || givenOrigin === undefined) {
    throw new EnvironmentError([
      "DATABASE_URL, APP_SECRET and ORIGIN must be set outside the process that makes them",
    ]);
  }
  return { ...given, databaseUrl, appSecret, origin: givenOrigin };
}

function missingCompanions(given: Readonly<Record<string, string | undefined>>): string[] {
  const problems: string[] = [];
  if (given.DATABASE_URL !== undefined) {
    for (const name of ["APP_SECRET", "ORIGIN"]) {
      if (given[name] === undefined)
        problems.push(
          `${name} must be set when DATABASE_URL is, so that all processes sharing the database agree on it`,
        );
    }
  }
  for (const [one, other] of [
    ["ADMIN_EMAIL", "ADMIN_PASSWORD"],
    ["ADMIN_PASSWORD", "ADMIN_EMAIL"],
    ["APP_SECRET_PREVIOUS", "APP_SECRET"],
    ["APP_SECRET_PREVIOUS_UNTIL", "APP_SECRET_PREVIOUS"],
    ["SSO_ISSUER", "SSO_CLIENT_ID"],
    ["SSO_CLIENT_ID", "SSO_CLIENT_SECRET"],
    ["SSO_CLIENT_SECRET", "SSO_ISSUER"],
  ] as const) {
    if (given[one] !== undefined && given[other] === undefined)
      problems.push(`${other} must be set when ${one} is`);
  }
  if (given.PASSWORD_SIGN_IN === "off" && given.SSO_ISSUER === undefined)
    problems.push("SSO_ISSUER must be set when PASSWORD_SIGN_IN is off, or nobody could sign in");
  if (given.APP_SECRET !== undefined && given.APP_SECRET === given.APP_SECRET_PREVIOUS)
    problems.push("APP_SECRET_PREVIOUS must be another secret than APP_SECRET");
  return problems;
}
