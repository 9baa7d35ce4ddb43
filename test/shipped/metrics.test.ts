import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { freePort } from "@/server/database/embedded-postgres";
import { listenForMetrics } from "@/server/metrics/endpoint";
import { times } from "@/test/drill";
import { newTenantAdmin, provisioned, unique } from "@/test/people";
import { type Installation, startInstallation } from "./installation";
import { ask, buyToken, servedBy, servingOf, textOf } from "./processes";

const TOKEN = randomUUID() + randomUUID();
const docs = join(import.meta.dirname, "../../docs");

let installation: Installation;
let url: string;
let port: number;

beforeAll(async () => {
  port = await freePort();
  const settings = { PROCESSES: "2", METRICS_TOKEN: TOKEN, METRICS_PORT: String(port) };
  installation = await startInstallation({ settings });
  url = installation.address;
});
afterAll(() => installation?.stop());

async function scrape(): Promise<string> {
  const answer = await ask(url, "GET", "/api/metrics", { token: TOKEN });
  expect(answer.statusCode).toBe(200);
  expect(answer.headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
  return textOf(answer);
}

/** Each series by its name and labels, with its value. */
const seriesOf = (text: string): ReadonlyMap<string, number> =>
  new Map(
    [...text.matchAll(/^([a-z]\S*?(?:\{.*\})?) (\S+)$/gm)].map(([, name = "", value]) => [
      name,
      Number(value),
    ]),
  );

const countOf = (text: string, series: string) => seriesOf(text).get(series);

const GRANTED = 'latchkey_token_requests_total{outcome="granted",reason=""}';
const UNKNOWN = 'latchkey_token_requests_total{outcome="refused",reason="secret_malformed"}';

const statusOf = async (...asked: Parameters<typeof ask>) => {
  const answer = await ask(...asked);
  await textOf(answer);
  return answer.statusCode;
};

test("who has no token is told nothing; the port on this machine needs none, and serves nothing else", async () => {
  expect(await statusOf(url, "GET", "/api/metrics")).toBe(401);
  for (const token of ["x", TOKEN.slice(1), `${TOKEN}x`, TOKEN.toUpperCase()])
    expect(await statusOf(url, "GET", "/api/metrics", { token })).toBe(401);
  expect(await statusOf(url, "POST", "/api/metrics", { token: TOKEN })).toBe(405);

  for (const host of ["127.0.0.1", "localhost"]) {
    const text = await (await fetch(`http://${host}:${port}/metrics`)).text();
    expect(text).toContain("latchkey_processes 2");
  }
  for (const path of ["/", "/sign-in", "/api/health/live", "/api/orchestrator/me", "/metrics/x"])
    expect((await fetch(`http://127.0.0.1:${port}${path}`)).status, path).toBe(404);
  // A name that a browser looked up, of a page that would like to read it.
  const named = connect(port, "127.0.0.1");
  named.write("GET /metrics HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
  let said = "";
  for await (const chunk of named) said += chunk;
  expect(said).toMatch(/^HTTP\/1\.1 403 /);
  // An address of this machine like any other.
  const elsewhere = connect(port, "127.0.0.2");
  expect(await new Promise((resolve) => elsewhere.once("error", resolve))).toMatchObject({
    code: "ECONNREFUSED",
  });
  await expect(listenForMetrics(port, async () => "", "")).rejects.toThrow(
    `Port ${port} is already in use. Stop the program that uses it, or set METRICS_PORT to another number.`,
  );
});

test("one scrape answers for all processes, and for one that was killed", async () => {
  const admin = await newTenantAdmin();
  const machine = await provisioned(admin);
  const before = countOf(await scrape(), GRANTED) ?? Number.NaN;
  const [one = 0, other = 0] = servingOf(installation.latchkey);
  for (const pid of [one, other])
    await servedBy(installation.latchkey, pid, async () => void (await buyToken(url, machine)));
  const token = await buyToken(url, machine);
  const opened = await ask(url, "POST", "/api/orchestrator/sessions", {
    token,
    json: { hostName: unique("HOST") },
  });
  const { id } = JSON.parse(await textOf(opened)) as { id: string };
  const stream = await ask(url, "GET", `/api/orchestrator/sessions/${id}/events`, { token });

  const text = await scrape();
  const series = seriesOf(text);
  expect(series.get(GRANTED)).toBe(before + 3);
  expect(series.get("latchkey_processes")).toBe(2);
  expect(series.get('latchkey_open_streams{listener="host"}')).toBe(1);
  expect(series.get("latchkey_installation_up")).toBe(1);
  const route = 'route="/api/identity/connect/token"';
  expect(series.get(`latchkey_http_requests_total{${route},status="2xx"}`)).toBe(before + 3);
  expect(series.get(`latchkey_http_request_duration_seconds_bucket{${route},le="+Inf"}`)).toBe(before + 3);
  expect(series.get(`latchkey_http_request_duration_seconds_count{${route}}`)).toBe(before + 3);
  for (const name of [machine.clientId, admin.tenantId, id, TOKEN]) expect(text).not.toContain(name);
  stream.destroy();

  process.kill(one, "SIGKILL");
  await installation.latchkey.hears(/serves in its place/);
  expect(countOf(await scrape(), GRANTED)).toBe(before + 3);
  await servedBy(installation.latchkey, other, async () => void (await buyToken(url, machine)));
  expect(countOf(await scrape(), GRANTED)).toBe(before + 4);
});

/** Something that nobody has asked before: a path, a method, a client. */
function asStranger(number: number): Promise<Response> {
  const word = `${number.toString(36)}-${randomUUID()}`;
  const token = {
    method: "POST",
    body: new URLSearchParams({ grant_type: word, client_id: word, client_secret: `lks_${word}` }),
  };
  const asked: readonly (readonly [string, RequestInit?])[] = [
    ["/api/identity/connect/token", token],
    [
      "/api/identity/connect/token",
      {
        ...token,
        body: new URLSearchParams({
          grant_type: "client_credentials",
          client_id: randomUUID(),
          client_secret: word,
        }),
      },
    ],
    [`/api/orchestrator/sessions/${word}/heartbeat`, { method: "POST" }],
    [`/api/orchestrator/${word}?${word}`],
    [`/api/identity/${word}`, { method: "OPTIONS" }],
    [`/.well-known/${word}`],
    [`/${word}`, { method: "DELETE" }],
    [`/api/orchestrator/assets/${word}`, { headers: { authorization: `Bearer ${word}` } }],
    [`/_next/static/${word}.js`],
    [`/tenants/${word}/changes`],
  ];
  const [path, init] = asked[number % asked.length] ?? ["/"];
  return fetch(url + path, { redirect: "manual", ...init });
}

test("strangers make no series, whatever paths, methods and client ids they send", async () => {
  const requests = times("STRANGERS", 2_000);
  const names = (text: string) => [...seriesOf(text).keys()].sort();
  const before = await scrape();
  for (let asked = 0; asked < requests; asked += 50) {
    const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => asStranger(asked + index)));
    await Promise.all(answers.map((answer) => answer.body?.cancel()));
  }
  const after = await scrape();
  expect(names(after)).toEqual(names(before));
  const counted = (countOf(after, UNKNOWN) ?? 0) - (countOf(before, UNKNOWN) ?? 0);
  expect(counted).toBeGreaterThan(0);
});

test("the documentation, the dashboard and the alerts name what there is, and the alerts ring when they should", async () => {
  const text = await scrape();
  const metrics = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = ""]) => name);
  const known = new Set([...metrics, ...[...seriesOf(text).keys()].map((name) => name.replace(/\{.*/, ""))]);
  const read = (path: string) => readFileSync(join(docs, path), "utf8");
  const listed = [...read("metrics.md").matchAll(/^\| `(\w+)` \|/gm)].map(([, name = ""]) => name);
  const own = (names: readonly string[]) => names.filter((name) => name.startsWith("latchkey_")).sort();
  expect(own(listed)).toEqual(own(metrics));

  const { groups } = parse(read("metrics/alerts.yml")) as { groups: { rules: { expr: string }[] }[] };
  const { panels } = JSON.parse(read("metrics/dashboard.json")) as {
    panels: { targets: { expr: string }[] }[];
  };
  const expressions = [
    ...groups.flatMap(({ rules }) => rules),
    ...panels.flatMap(({ targets }) => targets),
  ].map(({ expr }) => expr);
  expect(expressions.length).toBeGreaterThan(30);
  const named = new Set(
    expressions.flatMap((expr) => expr.match(/\b(?:latchkey|nodejs|process)_\w+/g) ?? []),
  );
  expect([...named].filter((name) => !known.has(name))).toEqual([]);
  // Whoever compares a label with a word means one that there is.
  for (const [, label = "", word = ""] of expressions.join("\n").matchAll(/(\w+)="([^"]+)"/g))
    if (label !== "job") expect(text, `${label}="${word}"`).toContain(`${label}="${word}"`);

  const run = promisify(execFile);
  const hasPromtool = await run("promtool", ["--version"]).then(
    () => true,
    () => false,
  );
  // Prometheus's own program checks what is above only where somebody installed it.
  const commands = hasPromtool
    ? [
        ["check", "rules", "alerts.yml"],
        ["test", "rules", "alerts.test.yml"],
      ]
    : [];
  for (const args of commands) await run("promtool", args, { cwd: join(docs, "metrics") });
});
