import type { z } from "zod";
import type { SIGNING_ALGORITHMS } from "@/lib/algorithms";
import type { ArrivalRules } from "@/lib/arrival-rules";
import type { MailSettings } from "@/lib/mail-settings";
import { type Networks, NO_NETWORKS, NO_PROXIES, type TrustedProxies } from "@/lib/network";
import { type LogLevel, variables } from "./env-variables";

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
  /** What a program shows that reads the metrics at the server's own address; undefined: there are none there. */
  readonly metricsToken: string | undefined;
  /** Where metrics are served to this machine alone, without a token; undefined: nowhere. */
  readonly metricsPort: number | undefined;
  /** The OpenID provider people sign in at; undefined is none. */
  readonly singleSignOn: SingleSignOn | undefined;
  /** Whether people may sign in with a password of Latchkey. */
  readonly isPasswordSignInOn: boolean;
  /** How many days it is kept what robots asked of the token endpoint; 0 keeps nothing. */
  readonly signInActivityDays: number;
  /** Where mail is handed over; undefined: none is sent. */
  readonly mail: MailSettings | undefined;
  /** The networks that webhooks may be sent to although they are not public. */
  readonly webhookAllowedNetworks: Networks;
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
  if (parsed.data?.METRICS_PORT !== undefined && parsed.data.METRICS_PORT === parsed.data.PORT)
    problems.push("METRICS_PORT must be another port than PORT");
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
    metricsToken: values.METRICS_TOKEN,
    metricsPort: values.METRICS_PORT,
    singleSignOn: singleSignOnOf(values),
    isPasswordSignInOn: values.PASSWORD_SIGN_IN,
    signInActivityDays: values.SIGN_IN_ACTIVITY_DAYS,
    webhookAllowedNetworks: values.WEBHOOK_ALLOWED_NETWORKS ?? NO_NETWORKS,
    mail: values.SMTP_URL && values.MAIL_FROM && { server: values.SMTP_URL, from: values.MAIL_FROM },
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
    ["SMTP_URL", "MAIL_FROM"],
    ["MAIL_FROM", "SMTP_URL"],
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
