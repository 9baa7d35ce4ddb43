import { createServer, type RequestListener, request, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterEach, expect, test } from "vitest";
import { log } from "@/lib/log";
import { NO_PROXIES } from "@/lib/network";
import { mount } from "./mount";
import { refuseBadRequest, refuseOtherSite } from "./request-checks";
import type { Route } from "./route-table";

log.level = "silent";
let server: Server;
afterEach(() => new Promise<void>((resolve) => void server.close(() => resolve())));

async function serve(listener: RequestListener): Promise<number> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

function route(path: string, get: (request: Request) => Response | Promise<Response>): Route {
  return { path, module: Object.fromEntries([["GET", get]]) };
}

type Answer = { status: number | undefined; headers: NodeJS.Dict<string | string[]>; body: string };

function ask(
  port: number,
  path: string,
  options: { method?: string; headers?: Record<string, string | string[]> } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request({ port, path, agent: false, ...options }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text) => {
        body += text;
      });
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body }));
    })
      .on("error", reject)
      .end();
  });
}

/** What a mounted handler and Next.js each get to see of one request. */
async function seen(
  path: string,
  headers: Record<string, string | string[]>,
  trusted = NO_PROXIES,
): Promise<{ web: string | null; node: unknown; url: string }[]> {
  const both: { web: string | null; node: unknown; url: string }[] = [];
  const routes = [
    route("/api/echo", (received) => {
      both.push({
        web: received.headers.get("x-latchkey-address"),
        node: received.headers.get("x-forwarded-for"),
        url: received.url,
      });
      return new Response();
    }),
  ];
  const mounted = mount(routes, "https://latchkey.example.com", () => undefined);
  const port = await serve((incoming, response) => {
    if (refuseBadRequest(incoming, response, trusted)) return;
    both.push({
      web: String(incoming.headers["x-latchkey-address"]),
      node: incoming.headers["x-forwarded-for"] ?? null,
      url: incoming.url ?? "",
    });
    mounted(incoming, response);
  });
  await ask(port, path, { headers });
  return both;
}

test("a client cannot choose the address it is known by, in neither form of the headers", async () => {
  const both = await seen("/api/echo?a=1", {
    "X-Latchkey-Address": "203.0.113.9",
    "X-Forwarded-For": "203.0.113.9",
    Host: "evil.example",
  });
  expect(both).toEqual([
    { web: "127.0.0.1", node: null, url: "/api/echo?a=1" },
    { web: "127.0.0.1", node: null, url: "https://latchkey.example.com/api/echo?a=1" },
  ]);
});

test("a trusted proxy says whose request it is, and nothing else", async () => {
  const proxy = { includes: (address: string) => address === "127.0.0.1" };
  const headers = {
    "X-Latchkey-Address": "203.0.113.9",
    "X-Forwarded-For": ["127.0.0.1", "203.0.113.9, 198.51.100.7"],
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "http",
    "X-Real-IP": "203.0.113.9",
    Forwarded: "for=203.0.113.9",
  };
  expect(await seen("/api/echo", headers, proxy)).toEqual([
    { web: "198.51.100.7", node: null, url: "/api/echo" },
    { web: "198.51.100.7", node: null, url: "https://latchkey.example.com/api/echo" },
  ]);
});

test.each([
  ["/api/%", "GET", 400],
  ["/api/%zz", "GET", 400],
  ["/api/%00", "GET", 400],
  ["/api/%ff", "GET", 400],
  ["*", "OPTIONS", 400],
  ["/", "TRACE", 405],
  ["/", "PROPFIND", 405],
])("%s by %s is refused with %i", async (path, method, status) => {
  const port = await serve((incoming, response) => {
    if (!refuseBadRequest(incoming, response)) response.end("let in");
  });
  expect(await ask(port, path, { method })).toMatchObject({ status });
});

test("a whole URL as target means its path, whatever host it names", async () => {
  const port = await serve((incoming, response) => {
    if (!refuseBadRequest(incoming, response)) response.end(incoming.url);
  });
  const socket = connect(port, "127.0.0.1");
  socket.write("GET http://evil.example/api/a?b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  let said = "";
  for await (const text of socket.setEncoding("utf8")) said += text;
  expect(said).toMatch(/\r\n\r\n.*\/api\/a\?b/s);
  expect(said).not.toContain("evil");
});

test("what a handler throws is reported and not told", async () => {
  const reported: unknown[] = [];
  const failure = new Error("password is hunter2");
  const routes = [
    route("/api/late", () => Promise.reject(failure)),
    route("/api/early", () => {
      throw failure;
    }),
  ];
  const mounted = mount(routes, "http://localhost", (error) => reported.push(error));
  const port = await serve((incoming, response) => void mounted(incoming, response));
  for (const path of ["/api/late", "/api/early"]) {
    const { status, body } = await ask(port, path);
    expect(status).toBe(500);
    expect(body).not.toContain("hunter2");
  }
  expect(reported).toEqual([failure, failure]);
});

test("a method that a module lacks gets 405 with the ones it has", async () => {
  const mounted = mount(
    [route("/api/read", () => new Response("read"))],
    "http://localhost",
    () => undefined,
  );
  const port = await serve((incoming, response) => void mounted(incoming, response));
  expect(await ask(port, "/api/read", { method: "DELETE" })).toMatchObject({
    status: 405,
    headers: { allow: "GET, HEAD" },
  });
  expect(await ask(port, "/api/read", { method: "HEAD" })).toMatchObject({ status: 200, body: "" });
});

test.each([
  ["POST", "localhost:3000", "http://localhost:3000", 200],
  ["POST", "behind-a-proxy:80", "https://latchkey.example.com", 200],
  ["POST", "localhost:3000", "https://evil.example", 403],
  ["POST", "localhost:3000", "null", 403],
  ["GET", "localhost:3000", "https://evil.example", 200],
])("%s to %s from a page of %s is answered with %i", async (method, host, origin, status) => {
  const port = await serve((incoming, response) => {
    if (!refuseOtherSite(incoming, response, "https://latchkey.example.com")) response.end();
  });
  expect(await ask(port, "/", { method, headers: { host, origin } })).toMatchObject({ status });
});
