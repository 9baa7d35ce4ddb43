import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startScratchPostgres } from "@/tools/scratch-postgres";
import { exchange } from "./exchange";
import { type Latchkey, startLatchkey } from "./process";
import { actionId, Visitor } from "./visitor";

const credentials = { email: "ada@example.com", password: "correct horse battery" };
const origin = "https://latchkey.example.com";

let postgres: { readonly url: string; stop(): Promise<void> };
let latchkey: Latchkey;
let person: Visitor;

beforeAll(async () => {
  postgres = await startScratchPostgres();
  latchkey = await startLatchkey({
    env: {
      DATABASE_URL: postgres.url,
      APP_SECRET: "the key of an installation that other sites attack",
      ORIGIN: origin,
      ADMIN_EMAIL: credentials.email,
      ADMIN_PASSWORD: credentials.password,
    },
  });
  await latchkey.ready();
  person = new Visitor(latchkey.url);
  expect((await person.signIn(credentials)).status).toBe(200);
});

afterAll(async () => {
  await latchkey?.remove();
  await postgres?.stop();
});

const EXPORT = "/tenants/default/audit/export?format=csv";
const isSignedIn = async (visitor: Visitor) =>
  (await visitor.ask("/tenants/default/machines")).status === 200;

/** What a browser sends along when a page of another site begins the request. */
const OTHER_SITES: [string, Record<string, string>][] = [
  ["another site", { origin: "https://evil.example", "sec-fetch-site": "cross-site" }],
  ["another site, from a browser without Fetch Metadata", { origin: "https://evil.example" }],
  ["a page without an origin", { origin: "null", "sec-fetch-site": "cross-site" }],
  ["another site, where the browser says no origin", { "sec-fetch-site": "cross-site" }],
  [
    "a neighbour under the same domain",
    { origin: "https://wiki.example.com", "sec-fetch-site": "same-site" },
  ],
  ["a neighbour, without an origin", { "sec-fetch-site": "same-site" }],
  ["the same host over http", { origin: "http://latchkey.example.com" }],
  ["the same host on another port", { origin: `${origin}:8443` }],
  ["a host that begins as ours", { origin: `${origin}.evil.example` }],
  ["our own page, says the origin, but not the browser", { origin, "sec-fetch-site": "cross-site" }],
];

const action = (name: string, body: string, headers: Record<string, string>): RequestInit => ({
  method: "POST",
  headers: {
    "next-action": actionId(name),
    "content-type": "text/plain;charset=UTF-8",
    ...headers,
  },
  body,
});

describe.each(OTHER_SITES)("%s, with the administrator's cookies,", (_who, headers) => {
  test("changes nothing by a server action", async () => {
    for (const [path, name, body] of [
      ["/tenants/default/machines", "saveThemeAction", '["dark"]'],
      [
        "/tenants/default/machines",
        "provisionMachineAction",
        '["default",{"name":"evil","kind":"Template"}]',
      ],
      ["/setup", "setUpAction", "[{}]"],
    ] as const) {
      const response = await person.ask(path, action(name, body, headers));
      expect([name, response.status]).toEqual([name, 403]);
      expect(response.headers.getSetCookie()).toEqual([]);
    }
  });

  test("changes nothing by a form, signs nobody out and nobody in", async () => {
    const csrfToken = await person.csrfToken();
    for (const path of ["/api/auth/signout", "/api/auth/callback/credentials", "/setup"]) {
      const response = await person.post(path, { ...credentials, csrfToken, json: "true" }, headers);
      expect([path, response.status]).toEqual([path, 403]);
      expect(response.headers.getSetCookie()).toEqual([]);
    }
    expect(await isSignedIn(person)).toBe(true);
  });

  test("takes no record away", async () => {
    expect((await person.ask(EXPORT, { headers })).status).toBe(403);
  });
});

test("our own page, and an address that somebody typed, take the record away, as a file that Excel reads", async () => {
  for (const headers of [{ "sec-fetch-site": "same-origin" }, { "sec-fetch-site": "none" }, {}]) {
    const response = await person.ask(EXPORT, { headers });
    expect(response.status).toBe(200);
    expect([...new Uint8Array(await response.arrayBuffer()).slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
  }
});

test("whoever opens a page at another address than ORIGIN is told both, and so is the log", async () => {
  const openedAt = "https://portal.example";
  const headers = { origin: openedAt, "sec-fetch-site": "same-origin" };
  const refused = await person.post("/api/auth/callback/credentials", credentials, headers);
  expect(refused.status).toBe(403);
  expect(await refused.text()).toBe(
    `This request came from a page of ${openedAt}, but Latchkey's address (ORIGIN) is ${origin}.\n`,
  );
  await latchkey.hears(new RegExp(`"event":"origin.other","openedAt":"${openedAt}","origin":"${origin}"`));
});

test("our own pages change things, whatever a proxy makes of the Host header", async () => {
  for (const headers of [{ origin, "sec-fetch-site": "same-origin" }, { origin }, {}]) {
    const saved = await person.ask(
      "/tenants/default/machines",
      action("saveThemeAction", '["dark"]', headers),
    );
    expect(saved.status).toBe(200);
    expect(person.cookies.get("__Host-latchkey-theme")?.value).toBe("dark");
    person.cookies.delete("__Host-latchkey-theme");
  }
});

test("next-auth's forms ask for the token that only our pages can read", async () => {
  const stranger = new Visitor(latchkey.url);
  for (const csrfToken of ["", "0".repeat(64)]) {
    const answer = await stranger.post("/api/auth/callback/credentials", {
      ...credentials,
      csrfToken,
      json: "true",
    });
    expect(stranger.cookies.has("__Host-next-auth.session-token")).toBe(false);
    expect(answer.status).not.toBe(500);
    await person.post("/api/auth/signout", { csrfToken, json: "true" });
    expect(await isSignedIn(person)).toBe(true);
  }
});

test("no GET changes anything: signing out asks for a form", async () => {
  for (const path of [
    "/api/auth/signout",
    "/api/auth/signout?csrfToken=x",
    "/api/auth/callback/credentials",
  ]) {
    await person.ask(path);
    expect(await isSignedIn(person)).toBe(true);
  }
});

/** Where a browser, standing on our origin, would go for a Location or a link. */
const leadsTo = (target: string | null) => new URL(target ?? "/", origin).origin;

const EVIL = [
  "https://evil.example",
  "https://evil.example/sign-in",
  "http://evil.example",
  "HTTPS://EVIL.EXAMPLE",
  "//evil.example",
  "///evil.example",
  "////evil.example/..",
  "/\\evil.example",
  "\\\\evil.example",
  "\\/evil.example",
  "/\t/evil.example",
  "/\n/evil.example",
  "\t//evil.example",
  " //evil.example",
  "/.//evil.example",
  "/..//evil.example",
  "/%2e//evil.example",
  "/./\\evil.example",
  "https:evil.example",
  "https:/evil.example",
  "https:///evil.example",
  "https://latchkey.example.com@evil.example",
  "https://latchkey.example.com:443@evil.example/",
  "https://latchkey.example.com.evil.example",
  "https://latchkey.example.com\\@evil.example",
  "//latchkey.example.com@evil.example",
  "@evil.example",
  ".evil.example",
  ":80@evil.example",
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)",
  "data:text/html,<script>alert(1)</script>",
  "vbscript:x",
  "blob:https://evil.example/x",
  "file:///etc/passwd",
  "/%2f%2fevil.example",
  "%2f%2fevil.example",
  "/%5cevil.example",
  "https%3a%2f%2fevil.example",
  "//evil%E3%80%82example",
  "/\u0000/evil.example",
];

describe("nobody is sent to another site", () => {
  const asked = (value: string) => `callbackUrl=${encodeURIComponent(value)}`;

  test.each(EVIL)("by %j after signing in", async (evil) => {
    const signedIn = await person.ask(`/sign-in?${asked(evil)}`);
    expect(signedIn.status).toBe(307);
    expect(leadsTo(signedIn.headers.get("location"))).toBe(origin);

    const stranger = new Visitor(latchkey.url);
    const page = await (await stranger.ask(`/sign-in?${asked(evil)}`)).text();
    // What the panel gets is where it goes.
    const target = /\\"target\\":\\"(.*?)\\"/.exec(page)?.[1];
    expect(target).toBeDefined();
    expect(leadsTo(JSON.parse(`"${JSON.parse(`"${target}"`)}"`))).toBe(origin);
  });

  test.each(EVIL)("by %j at next-auth's own addresses", async (evil) => {
    const visitor = new Visitor(latchkey.url);
    for (const path of ["signin", "signout", "error", "csrf"]) {
      const answer = await visitor.ask(`/api/auth/${path}?${asked(evil)}`);
      if (answer.status >= 400) continue;
      const location = answer.headers.get("location");
      expect([path, leadsTo(location)]).toEqual([path, origin]);
      const kept = visitor.cookies.get("__Host-next-auth.callback-url")?.value;
      if (kept) expect([path, leadsTo(decodeURIComponent(kept))]).toEqual([path, origin]);
    }
    const csrfToken = await visitor.csrfToken();
    const out = await visitor.post("/api/auth/signout", { csrfToken, callbackUrl: evil, json: "true" });
    if (out.status < 400) expect(leadsTo(((await out.json()) as { url: string }).url)).toBe(origin);
  });

  test.each([
    "//evil.example",
    "/\\evil.example",
    "//evil.example/%2e%2e",
    "///evil.example/",
    "/.//evil.example",
    "/%09/evil.example",
    "//evil.example//",
    "/tenants//evil.example",
  ])("by asking for %s itself", async (path) => {
    const answer = await exchange(
      latchkey.port,
      `GET ${path} HTTP/1.1\r\nHost: latchkey.example.com\r\nConnection: close\r\n\r\n`,
    );
    expect(answer.status).toBeGreaterThanOrEqual(300);
    expect(leadsTo(answer.headers.location ?? null)).toBe(origin);
  });
});

describe("the Host header, and what proxies say of it, has no effect", () => {
  const lies = [
    "Host: evil.example",
    "Host: evil.example:1",
    "Host: evil.example\r\nX-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: http",
    "Host: latchkey.example.com\r\nX-Forwarded-Host: evil.example\r\nForwarded: host=evil.example;proto=http",
    "Host: latchkey.example.com\r\nX-Forwarded-Port: 1\r\nX-Original-URL: /setup\r\nX-Rewrite-URL: /setup\r\nX-Host: evil.example",
    "Host: evil.example/?x=",
    "Host: latchkey.example.com@evil.example",
  ];
  const paths = [
    "/",
    "/sign-in",
    "/sign-in/",
    "/setup",
    "/tenants/default/machines",
    "/no-such-page",
    "/api/auth/signin",
    "/api/auth/csrf",
    "/api/auth/providers",
    "/api/auth/signout",
    "/api/identity/.well-known/openid-configuration",
    "/.well-known/oauth-protected-resource/api/orchestrator",
    "/api/orchestrator/authentication",
    "/api/orchestrator/me",
  ];
  test.each(lies)("%j", async (lie) => {
    for (const path of paths) {
      const answer = await exchange(
        latchkey.port,
        `GET ${path} HTTP/1.1\r\n${lie}\r\nConnection: close\r\n\r\n`,
      );
      expect([path, answer.status < 500]).toEqual([path, true]);
      expect([path, JSON.stringify(answer)]).toEqual([path, expect.not.stringContaining("evil.example")]);
    }
  });
});
