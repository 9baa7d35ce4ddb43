import { expect, test } from "vitest";
import { EnvironmentError, readGivenEnv } from "@/lib/env";

function problemsOf(source: Record<string, string>): readonly string[] {
  try {
    readGivenEnv(source);
  } catch (error) {
    if (error instanceof EnvironmentError) return error.problems;
    throw error;
  }
  return [];
}

const shared = {
  DATABASE_URL: "postgresql://u:p@db/latchkey",
  APP_SECRET: "a".repeat(32),
  ORIGIN: "https://latchkey.example.com",
};

test("nothing needs to be set", () => {
  expect(readGivenEnv({})).toMatchObject({
    port: 3000,
    processes: 1,
    dataDir: ".data",
    accessTokenLifetimeSeconds: 3600,
    signingAlgorithm: "ES256",
    signingKeyRotationDays: 90,
    logLevel: "info",
    tokenFailuresPerClient: 100,
    tokenFailuresPerAddress: 1_000,
  });
  expect(readGivenEnv({}).trustedProxies.includes("127.0.0.1")).toBe(false);
});

test("metrics are off, and their token is no word that somebody guesses", () => {
  expect(readGivenEnv({})).toMatchObject({ metricsToken: undefined, metricsPort: undefined });
  expect(readGivenEnv({ METRICS_TOKEN: "a".repeat(32), METRICS_PORT: "9464" }).metricsPort).toBe(9464);
  expect(problemsOf({ METRICS_TOKEN: "short" })).toEqual([
    expect.stringMatching(/^METRICS_TOKEN must be at least 32 characters/),
  ]);
  expect(problemsOf({ PORT: "9464", METRICS_PORT: "9464" })).toEqual([
    "METRICS_PORT must be another port than PORT",
  ]);
});

test("trusted proxies are read at the start, and what is none is named", () => {
  const { trustedProxies } = readGivenEnv({ TRUSTED_PROXIES: "10.0.0.0/8, loopback" });
  expect(trustedProxies.includes("10.1.2.3")).toBe(true);
  expect(problemsOf({ TRUSTED_PROXIES: "10.0.0.0/8, nginx" })).toEqual([
    expect.stringMatching(/^TRUSTED_PROXIES .*"nginx" is neither an address nor a range/),
  ]);
});

test.each(["0", "1", "999999999"])("%s is a limit of failures", (limit) => {
  expect(readGivenEnv({ TOKEN_FAILURES_PER_CLIENT: limit }).tokenFailuresPerClient).toBe(Number(limit));
});

test.each([
  ["1", 1],
  ["64", 64],
  ["auto", "auto"],
] as const)("%s processes may be asked for", (text, processes) => {
  expect(readGivenEnv({ PROCESSES: text }).processes).toBe(processes);
});

test.each(["0", "abc", "65", "1000", "-1", "1.5", "AUTO"])("%s processes may not", (text) => {
  expect(problemsOf({ PROCESSES: text })).toEqual(["PROCESSES must be auto or a whole number from 1 to 64"]);
});

test("everything that is wrong is listed at once", () => {
  const problems = problemsOf({
    PORT: "eighty",
    DATABASE_URL: "mysql://db",
    LOG_LEVEL: "loud",
    ADMIN_EMAIL: "ann",
    ACCESS_TOKEN_LIFETIME_SECONDS: "299",
    SIGNING_ALGORITHM: "none",
    SIGNING_KEY_ROTATION_DAYS: "-1",
    TRUSTED_PROXIES: "0.0.0.0/0",
    WEBHOOK_ALLOWED_NETWORKS: "10.0.0.1, intranet",
    TOKEN_FAILURES_PER_CLIENT: "-1",
    TOKEN_FAILURES_PER_ADDRESS: "many",
  });
  for (const name of [
    "PORT",
    "DATABASE_URL",
    "LOG_LEVEL",
    "ADMIN_EMAIL",
    "ACCESS_TOKEN_LIFETIME_SECONDS",
    "SIGNING_ALGORITHM",
    "SIGNING_KEY_ROTATION_DAYS",
    "TRUSTED_PROXIES",
    "WEBHOOK_ALLOWED_NETWORKS",
    "TOKEN_FAILURES_PER_CLIENT",
    "TOKEN_FAILURES_PER_ADDRESS",
    "APP_SECRET",
    "ORIGIN",
    "ADMIN_PASSWORD",
  ]) {
    expect(
      problems.some((problem) => problem.startsWith(name)),
      name,
    ).toBe(true);
  }
});

test("a shared database needs the secret and the origin that its processes agree on", () => {
  expect(problemsOf({ DATABASE_URL: shared.DATABASE_URL })).toHaveLength(2);
  expect(problemsOf(shared)).toEqual([]);
});

test("an empty variable counts as missing", () => {
  expect(problemsOf({ ...shared, APP_SECRET: "" })).toHaveLength(1);
  expect(readGivenEnv({ PORT: "" }).port).toBe(3000);
});

test.each([
  ["https://latchkey.example.com/", "https://latchkey.example.com"],
  ["http://LOCALHOST:3000", "http://localhost:3000"],
])("the origin %s is kept as %s", (given, kept) => {
  expect(readGivenEnv({ ORIGIN: given }).origin).toBe(kept);
});

test.each([
  "latchkey.example.com",
  "https://latchkey.example.com/portal",
  "ftp://latchkey.example.com",
  "https://u@latchkey.example.com",
  "https://latchkey.example.com/?a",
])("the origin %s is refused", (given) => {
  expect(problemsOf({ ORIGIN: given })).toHaveLength(1);
});

test.each([
  ["eleven.byte", 1],
  ["twelve.bytes", 0],
  ["ä".repeat(36), 0],
  ["ä".repeat(37), 1],
])("a password is measured in bytes: %s", (password, problems) => {
  expect(problemsOf({ ADMIN_EMAIL: "ann@example.com", ADMIN_PASSWORD: password })).toHaveLength(problems);
});

test.each([
  ["the same one twice", { APP_SECRET_PREVIOUS: shared.APP_SECRET }],
  ["a short one", { APP_SECRET_PREVIOUS: "b".repeat(31) }],
  ["an end without a previous one", { APP_SECRET_PREVIOUS_UNTIL: "2027-01-31T18:00:00Z" }],
  [
    "an end without a zone",
    { APP_SECRET_PREVIOUS: "b".repeat(32), APP_SECRET_PREVIOUS_UNTIL: "2027-01-31T18:00:00" },
  ],
])("a previous secret: %s is refused", (_what, previous) => {
  expect(problemsOf({ ...shared, ...previous })).toHaveLength(1);
});

test("a previous secret, with an end in any zone", () => {
  const previous = {
    APP_SECRET_PREVIOUS: "b".repeat(32),
    APP_SECRET_PREVIOUS_UNTIL: "2027-01-31T18:00:00+01:00",
  };
  expect(readGivenEnv({ ...shared, ...previous })).toMatchObject({
    previousAppSecret: "b".repeat(32),
    previousAppSecretEndsAt: new Date("2027-01-31T17:00:00Z"),
  });
  expect(problemsOf({ APP_SECRET_PREVIOUS: "b".repeat(32) })).toHaveLength(1);
});

test("a mail server and its sender are set together, and nothing of a wrong one is repeated", () => {
  const [SMTP_URL, MAIL_FROM] = ["smtps://relay:hunter2@mail.example.com", "latchkey@example.com"];
  expect(readGivenEnv({ SMTP_URL, MAIL_FROM }).mail).toMatchObject({
    server: { host: "mail.example.com", port: 465 },
    from: { address: MAIL_FROM },
  });
  expect(readGivenEnv({}).mail).toBeUndefined();
  expect(problemsOf({ SMTP_URL })).toEqual(["MAIL_FROM must be set when SMTP_URL is"]);
  expect(problemsOf({ MAIL_FROM })).toEqual(["SMTP_URL must be set when MAIL_FROM is"]);
  const [problem] = problemsOf({ SMTP_URL: "smtps://relay:hun/ter2@mail", MAIL_FROM });
  expect(problem).toMatch(/^SMTP_URL must be an SMTP URL/);
  expect(problem).not.toMatch(/hun|ter2/);
});
