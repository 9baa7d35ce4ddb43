import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { EmbeddedPostgres } from "@/server/database/embedded-postgres";
import { bundle } from "@/tools/bundle.mjs";
import { findRoutes, routesPlugin } from "@/tools/routes.mjs";
import { startScratchPostgres } from "@/tools/scratch-postgres";
import { type Latchkey, startLatchkey } from "./process";

const form = { "content-type": "application/x-www-form-urlencoded" };
const json = { "content-type": "application/json" };

const root = join(import.meta.dirname, "../..");

let postgres: EmbeddedPostgres;
let mounted: Latchkey;
let behindNext: Latchkey;

beforeAll(async () => {
  postgres = await startScratchPostgres();
  const env = {
    DATABASE_URL: postgres.url,
    APP_SECRET: "a secret that both processes of this test share",
    ORIGIN: "https://latchkey.example.com",
  };
  mounted = await startLatchkey({ env });
  await mounted.ready();
  await bundle(root, "server.ts", "dist/test/unmounted.mjs", [routesPlugin(root, false)]);
  const script = join(root, "dist/test/start-unmounted.mjs");
  writeFileSync(
    script,
    `import { start } from "./unmounted.mjs"; await start({ root: ${JSON.stringify(root)}, dev: false });`,
  );
  behindNext = await startLatchkey({
    env: { ...env, NODE_ENV: "production" },
    command: [process.execPath, script],
  });
  await behindNext.ready();
});

afterAll(async () => {
  await Promise.all([mounted?.remove(), behindNext?.remove()]);
  await postgres?.stop();
});

type Sent = { readonly method?: string; readonly headers?: Record<string, string>; readonly body?: string };

async function answer(latchkey: Latchkey, path: string, sent: Sent) {
  const response = await fetch(latchkey.url + path, { redirect: "manual", ...sent });
  const headers = [
    "content-type",
    "cache-control",
    "www-authenticate",
    "allow",
    "retry-after",
    "location",
    "pragma",
  ];
  return {
    status: response.status,
    headers: Object.fromEntries(headers.map((name) => [name, response.headers.get(name)])),
    // Every problem has a trace id of its own.
    body: (await response.text()).replace(/"traceId":"[^"]*"/, '"traceId":"…"'),
  };
}

const addresses = findRoutes(root).map(({ path }) =>
  path.replace("[...path]", "no/such/address").replace(/\[\w+\]/g, "0192f0c1-2222-7000-8000-000000000000"),
);
const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

test.each(addresses)("%s answers every method alike, mounted and behind Next.js", async (path) => {
  for (const method of methods) {
    expect(await answer(mounted, path, { method }), method).toEqual(
      await answer(behindNext, path, { method }),
    );
  }
});

test.each<[string, string, Sent]>([
  [
    "a token request with a secret that is none",
    "/api/identity/connect/token",
    { method: "POST", headers: form, body: "grant_type=client_credentials&client_id=a&client_secret=b" },
  ],
  [
    "a token request with a duplicate parameter",
    "/api/identity/connect/token",
    { method: "POST", headers: form, body: "grant_type=a&grant_type=b" },
  ],
  [
    "a token request that is no form",
    "/identity/connect/token",
    { method: "POST", headers: json, body: "{}" },
  ],
  [
    "a body over the limit",
    "/api/identity/connect/token",
    { method: "POST", headers: form, body: "a=".padEnd(70_000, "b") },
  ],
  ["a bearer token that is none", "/api/orchestrator/me", { headers: { authorization: "Bearer nonsense" } }],
  ["a token in the query", "/api/orchestrator/me?access_token=a", {}],
  ["a session without a token", "/api/orchestrator/sessions", { method: "POST", headers: json, body: "{" }],
  ["an empty segment", "//api/identity/jwks", {}],
  ["a trailing slash", "/api/identity/jwks/", {}],
  ["an encoded letter", "/api/identity/%6awks", {}],
  ["an encoded slash", "/api/orchestrator/sessions/a%2Fb", {}],
  ["a broken encoding", "/api/identity/%zz", {}],
  ["a NUL", "/api/orchestrator/sessions/%00/heartbeat", { method: "POST" }],
  ["a very long address", `/api/orchestrator/${"a/".repeat(2_000)}`, {}],
])("%s is answered alike, mounted and behind Next.js", async (_what, path, sent) => {
  const first = await answer(mounted, path, sent);
  expect(first).toEqual(await answer(behindNext, path, sent));
  expect(first.status).toBeLessThan(500);
});
