import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { proxyTo, type Proxy as Way } from "@/test/proxy";
import { startScratchPostgres } from "@/tools/scratch-postgres";
import { exchange } from "./exchange";
import { type Latchkey, startLatchkey } from "./process";
import { actionId, Visitor } from "./visitor";

const credentials = { email: "ada@example.com", password: "correct horse battery" };
const build = join(import.meta.dirname, "../../.next");
const setUp = actionId("setUpAction");
const [script = ""] = readdirSync(join(build, "static/chunks")).filter((name) => name.endsWith(".js"));

let postgres: { readonly url: string; stop(): Promise<void> };
let way: Way;
let latchkey: Latchkey;
let visitor: Visitor;

beforeAll(async () => {
  postgres = await startScratchPostgres();
  way = await proxyTo(postgres.url);
  latchkey = await startLatchkey({
    env: {
      DATABASE_URL: way.url,
      APP_SECRET: "the key of an installation that people reach over https",
      ORIGIN: "https://latchkey.example.com",
      ADMIN_EMAIL: credentials.email,
      ADMIN_PASSWORD: credentials.password,
    },
  });
  await latchkey.ready();
  visitor = new Visitor(latchkey.url);
});

afterAll(async () => {
  await latchkey?.remove();
  await way?.close();
  await postgres?.stop();
});

function expectProtected(headers: Readonly<Record<string, string>>) {
  expect(headers).toMatchObject({
    "content-security-policy": expect.stringMatching(/(?:^|; )frame-ancestors 'none'(?:;|$)/),
    "strict-transport-security": "max-age=31536000",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": expect.stringContaining("camera=()"),
  });
  const policy = headers["content-security-policy"] ?? "";
  expect(policy).toContain("base-uri 'none'");
  expect(policy).toMatch(/(?:object-src|default-src) 'none'/);
  expect(policy).toMatch(/form-action '(?:self|none)'/);
  expect(policy.replace(/style-src-attr [^;]+/, "")).not.toMatch(/unsafe|\*|https?:/);
  expect(headers).not.toHaveProperty("x-powered-by");
  expect(headers).not.toHaveProperty("server");
}

const form = { "content-type": "application/x-www-form-urlencoded" };
const beyond: RequestInit = { headers: { range: "bytes=99999999-" } };
const post = (body: string, headers: Record<string, string>): RequestInit => ({
  method: "POST",
  body,
  headers,
});

describe("every kind of answer carries the headers that protect a browser", () => {
  test.each<[string, string, RequestInit, number]>([
    ["a page", "/sign-in", {}, 200],
    ["a page asked for without its body", "/sign-in", { method: "HEAD" }, 200],
    ["a page's data", "/sign-in?_rsc=1", { headers: { rsc: "1" } }, 307],
    ["a redirect of a page", "/", {}, 307],
    ["a redirect of a page of a tenant", "/tenants/default/machines", {}, 307],
    ["a redirect of the router", "/sign-in/", {}, 308],
    ["a redirect away from two slashes", "//sign-in", {}, 308],
    ["a page that is not there", "/no-such-page", {}, 404],
    ["a page that is not there, below the API", "/api/nope", {}, 404],
    ["a script", `/_next/static/chunks/${script}`, {}, 200],
    ["a script that is not there", "/_next/static/chunks/nope.js", {}, 404],
    ["an icon", "/icon.svg", {}, 200],
    ["a range that a file does not have", `/_next/static/chunks/${script}`, beyond, 200],
    ["a server action", "/setup", post('[{"setupToken":"x"}]', { "next-action": setUp }), 200],
    ["a server action that cannot be read", "/setup", post("{bad", { "next-action": setUp }), 400],
    ["an action that is not there", "/setup", post("[]", { "next-action": "0".repeat(42) }), 409],
    ["a form of another site", "/setup", post("", { origin: "https://evil.example" }), 403],
    ["a method no page knows", "/setup", { method: "PUT" }, 405],
    ["a body no page reads", "/setup", post("a".repeat(300_000), form), 413],
    ["next-auth", "/api/auth/csrf", {}, 200],
    ["a redirect of next-auth", "/api/auth/signin", {}, 302],
    ["a sign-in that fails", "/api/auth/callback/credentials", post("email=a&password=b", form), 302],
    ["what next-auth cannot read", "/api/auth/callback/credentials", post("%zz", form), 400],
    ["no address of next-auth's", "/api/auth/nope", {}, 404],
    ["the token endpoint, refusing", "/api/identity/connect/token", post("grant_type=x", form), 400],
    ["the token endpoint, other method", "/api/identity/connect/token", {}, 405],
    ["keys", "/api/identity/jwks", {}, 200],
    ["metadata", "/api/identity/.well-known/openid-configuration", {}, 200],
    ["metadata where RFC 8414 has it", "/.well-known/oauth-authorization-server/api/identity", {}, 200],
    ["metadata of the resource", "/.well-known/oauth-protected-resource/api/orchestrator", {}, 200],
    ["metadata that is not there", "/.well-known/nope", {}, 404],
    ["the orchestrator, to nobody", "/api/orchestrator/me", {}, 401],
    ["no address of the orchestrator", "/api/orchestrator/nope", {}, 404],
    ["an address of the orchestrator past the mount", "/api/orchestrator/%6de", {}, 404],
    ["a preflight", "/api/orchestrator/me", { method: "OPTIONS" }, 204],
    ["a path that is none", "/%zz", {}, 400],
    ["a NUL in the path", "/api/%00", {}, 400],
  ])("%s", async (_what, path, sent, status) => {
    const response = await visitor.ask(path, sent);
    await response.text();
    expect(response.status).toBe(status);
    expectProtected(Object.fromEntries(response.headers));
  });

  const get = "GET /sign-in HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
  test.each<[string, string, number]>([
    ["no HTTP", "hello\r\n\r\n", 400],
    ["TLS where none is spoken", "\u0016\u0003\u0001\u0002\u0000\u0001", 400],
    ["a header without a name", `${get}: x\r\n\r\n`, 400],
    ["a line feed in a header", `${get}a: b\nc\r\n\r\n`, 400],
    ["two lengths", `${get}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`, 400],
    ["a length and chunks", `${get}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`, 400],
    ["headers of more than 16 KiB", `${get}a: ${"b".repeat(17_000)}\r\n\r\n`, 431],
    ["an address of more than 16 KiB", `GET /${"b".repeat(17_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431],
    ["no host", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 400],
    ["two hosts", `${get}Host: y\r\n\r\n`, 400],
    ["a method nobody uses", "TRACE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 405],
    ["no path", "OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 400],
    ["an expectation nobody knows", `${get}Expect: a-miracle\r\n\r\n`, 200],
  ])("what no client sends: %s", async (_what, bytes, status) => {
    const answer = await exchange(latchkey.port, bytes);
    expect(answer.status).toBe(status);
    expectProtected(answer.headers);
  });

  test("an administrator's pages, and the stream of changes", async () => {
    const person = new Visitor(latchkey.url);
    expect((await person.signIn(credentials)).status).toBe(200);
    for (const [path, status] of [
      ["/", 307],
      ["/tenants/default/machines", 200],
      ["/tenants/default/nope", 404],
      ["/tenants/nobody/machines", 404],
    ] as const) {
      const response = await person.ask(path);
      await response.text();
      expect([path, response.status]).toEqual([path, status]);
      expectProtected(Object.fromEntries(response.headers));
    }
    const stopped = new AbortController();
    const stream = await person.ask("/tenants/default/changes", { signal: stopped.signal });
    expect(stream.headers.get("content-type")).toBe("text/event-stream");
    expectProtected(Object.fromEntries(stream.headers));
    stopped.abort();
  });

  test("and what is said while the database is away", async () => {
    const person = new Visitor(latchkey.url);
    await person.signIn(credentials);
    await way.close();
    try {
      const answers = [await person.ask("/tenants/default/machines"), await person.signIn(credentials)];
      for (const response of answers) {
        await response.text();
        expect(response.status).toBe(503);
        expectProtected(Object.fromEntries(response.headers));
      }
    } finally {
      await way.open();
    }
  });
});

test("each page has a nonce of its own, which its scripts carry and a client cannot choose", async () => {
  const nonces = new Set<string>();
  for (let asked = 0; asked < 3; asked += 1) {
    const headers = { "content-security-policy": "script-src 'nonce-AAAAAAAAAAAAAAAAAAAAAA=='" };
    const response = await visitor.ask("/sign-in", { headers });
    const nonce = /'nonce-([^']+)'/.exec(response.headers.get("content-security-policy") ?? "")?.[1] ?? "";
    nonces.add(nonce);
    const scripts = [...(await response.text()).matchAll(/<script([^>]*)>/g)].map(
      ([, attributes]) => attributes,
    );
    expect(scripts.length).toBeGreaterThan(3);
    for (const attributes of scripts) expect(attributes).toContain(`nonce="${nonce}"`);
  }
  expect(nonces.size).toBe(3);
  expect([...nonces].every((nonce) => Buffer.from(nonce, "base64").length === 16)).toBe(true);
  expect(nonces).not.toContain("AAAAAAAAAAAAAAAAAAAAAA==");
});

test("over https every cookie is this host's alone, and no script reads it", async () => {
  const person = new Visitor(latchkey.url);
  await person.signIn(credentials);
  expect([...person.cookies.keys()].sort()).toEqual([
    "__Host-latchkey.known-browser",
    "__Host-next-auth.callback-url",
    "__Host-next-auth.csrf-token",
    "__Host-next-auth.session-token",
  ]);
  for (const { attributes } of person.cookies.values()) {
    for (const attribute of ["Path=/", "HttpOnly", "Secure", "SameSite=Lax"]) {
      expect(attributes.split("; ")).toContain(attribute);
    }
    expect(attributes).not.toMatch(/domain/i);
  }
});
