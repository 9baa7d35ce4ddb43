import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { proxyTo, type Proxy as Way } from "@/test/proxy";
import { startScratchPostgres } from "@/tools/scratch-postgres";
import { type Latchkey, startLatchkey } from "./process";

const form = { "content-type": "application/x-www-form-urlencoded" };
const credentials = { email: "ada@example.com", password: "correct horse battery" };

let postgres: { readonly url: string; stop(): Promise<void> };
let way: Way;
let latchkey: Latchkey;

beforeAll(async () => {
  postgres = await startScratchPostgres();
  way = await proxyTo(postgres.url);
  latchkey = await startLatchkey({
    env: {
      DATABASE_URL: way.url,
      APP_SECRET: "the key of an installation that gets odd requests",
      ORIGIN: "http://localhost:3000",
      ADMIN_EMAIL: credentials.email,
      ADMIN_PASSWORD: credentials.password,
    },
  });
  await latchkey.ready();
});

afterAll(async () => {
  await latchkey?.remove();
  await way?.close();
  await postgres?.stop();
});

const ask = (path: string, sent: RequestInit = {}) =>
  fetch(latchkey.url + path, { redirect: "manual", ...sent });

const post = (
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = form,
): RequestInit => ({
  method: "POST",
  headers,
  body,
});

/** Signs in as next-auth's own client does. */
async function signIn() {
  const csrf = await ask("/api/auth/csrf");
  const { csrfToken } = (await csrf.json()) as { csrfToken: string };
  const cookie = csrf.headers
    .getSetCookie()
    .map((each) => each.split(";", 1)[0])
    .join("; ");
  const body = new URLSearchParams({ ...credentials, csrfToken, json: "true" }).toString();
  return ask("/api/auth/callback/credentials", post(body, { ...form, cookie }));
}

async function expectRefused(response: Response, status: number) {
  const text = await response.text();
  expect({ status: response.status, text }).toEqual({ status, text: expect.not.stringMatching(/^\s+at /m) });
  return text;
}

describe("next-auth's addresses answer what cannot be read with a 4xx that says why", () => {
  const callback = "/api/auth/callback/credentials";
  test.each<[string, string, RequestInit, number]>([
    ["a callback address that is none", "/api/auth/csrf?callbackUrl=%5Bbad", {}, 400],
    [
      "a cookie with such an address",
      "/api/auth/session",
      { headers: { cookie: "next-auth.callback-url=http://[bad" } },
      400,
    ],
    ["broken JSON", callback, post("{bad", { "content-type": "application/json" }), 415],
    ["broken percent-encoding", callback, post("email=%zz"), 400],
    ["a NUL", callback, post("email=%00"), 400],
    ["bytes that are no text", callback, post(Uint8Array.of(0x65, 0x3d, 0xff)), 400],
    ["a parameter twice", callback, post("email=a&email=b"), 400],
    ["64 KiB and more", callback, post("a".repeat(65_537)), 413],
    ["the wrong method", callback, {}, 405],
    ["a method no form has", "/api/auth/session", { method: "DELETE" }, 405],
    ["a page of next-auth's own", "/api/auth/verify-request", {}, 404],
    ["no address", "/api/auth/nope", {}, 404],
  ])("%s", async (_what, path, sent, status) => {
    const response = await ask(path, sent);
    expect(await expectRefused(response, status)).toMatch(/^{"message":".+"}$/);
    expect(response.headers.get("allow") !== null).toBe(status === 405);
  });
});

describe("pages answer what cannot be read with a 4xx", () => {
  const actions = JSON.parse(
    readFileSync(join(import.meta.dirname, "../../.next/server/server-reference-manifest.json"), "utf8"),
  ) as { node: Record<string, { exportedName: string }> };
  const [setUp = ""] =
    Object.entries(actions.node).find(([, one]) => one.exportedName === "setUpAction") ?? [];
  const action = (body: string, headers: Record<string, string> = {}) =>
    post(body, { "next-action": setUp, "content-type": "text/plain;charset=UTF-8", ...headers });

  test.each<[string, RequestInit, number]>([
    ["arguments that are no JSON", action("{bad"), 400],
    ["no arguments", action(""), 400],
    ["a reference to nothing", action('["$F1"]'), 400],
    ["a form that ends early", action("x", { "content-type": "multipart/form-data; boundary=y" }), 400],
    ["256 KiB and more", action(`["${"a".repeat(256 * 1024)}"]`), 413],
    ["an unknown method", { method: "PUT" }, 405],
    ["an action's name that is none", post("[]", { "next-action": "00" }), 400],
    [
      "a form of a kind that no page has",
      post("", { "content-type": "multipart/form-data; boundary=y" }),
      415,
    ],
    ["a router state that is none", { headers: { rsc: "1", "next-router-state-tree": "{bad" } }, 400],
  ])("%s", async (_what, sent, status) => {
    const response = await ask("/setup", sent);
    await expectRefused(response, status);
    expect(response.headers.get("allow")).toBe(status === 405 ? "GET, HEAD, POST" : null);
  });

  test.each([
    "/nowhere",
    "/tenants/default/nowhere",
    "/_next/data/x/index.json",
    "/_next/image?url=x",
    "/%5b",
    "/account",
  ])("%s, which is no page or not open, with a broken router state or form", async (path) => {
    const state = { rsc: "1", "next-router-state-tree": "[1,{}]" };
    await expectRefused(await ask(path, { headers: state }), 400);
    await expectRefused(await ask(path, post("", { "content-type": "multipart/form-data" })), 415);
  });

  test("whatever was printed meanwhile is one JSON object a line", async () => {
    const lines = () => {
      const [, after = ""] = latchkey.said().split(/^.*Latchkey is ready.*$/m);
      return after.split("\n").filter((line) => line !== "");
    };
    await expect.poll(() => lines().length).toBeGreaterThan(20);
    for (const line of lines()) expect(JSON.parse(line)).toMatchObject({ level: expect.any(Number) });
  });

  test("a cookie that nobody can read means that nobody is signed in", async () => {
    const cookie = "next-auth.callback-url=http://[bad; next-auth.session-token=%E0%A4%A; latchkey-theme=%";
    expect((await ask("/sign-in", { headers: { cookie } })).status).toBe(200);
  });
});

test("a browser that runs no JavaScript is told so", async () => {
  const page = await (await ask("/sign-in")).text();
  expect(page).toMatch(/<noscript>.*Latchkey needs JavaScript.*<\/noscript>/);
});

test("the roots of the APIs answer as the APIs do", async () => {
  for (const root of ["/api/identity", "/api/orchestrator"]) {
    const response = await ask(root);
    expect(response.status).toBe(404);
    expect(response.headers.get("content-type")).toMatch(/json$/);
  }
});

test("while the database is away pages and sign-in say so with 503, and then go on", async () => {
  const signedIn = await signIn();
  expect(signedIn.status).toBe(200);
  const [cookie = ""] = signedIn.headers.getSetCookie();
  const machines = () => ask("/tenants/default/machines", { headers: { cookie } });
  expect((await machines()).status).toBe(200);
  await way.close();
  try {
    for (const answer of [await machines(), await signIn()]) {
      await expectRefused(answer, 503);
      expect(answer.headers.get("retry-after")).toBe("2");
    }
  } finally {
    await way.open();
  }
  expect((await machines()).status).toBe(200);
  expect((await signIn()).status).toBe(200);
});
