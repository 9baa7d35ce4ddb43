import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listSecrets } from "@/lib/credentials/queries";
import type { UserActor } from "@/lib/ctx";
import { deleteCredential } from "@/lib/workflows/delete-credential";
import { act, ask, newTenantAdmin, type Provisioned, provisioned } from "@/test/people";
import { bundle } from "@/tools/bundle.mjs";
import { routesPlugin } from "@/tools/routes.mjs";
import { type Installation, startInstallation } from "./installation";
import { type Latchkey, startLatchkey } from "./process";

const root = join(import.meta.dirname, "../..");

let installation: Installation;
let behindNext: Latchkey;
let admin: UserActor;
let machine: Provisioned;
let token: string;

beforeAll(async () => {
  installation = await startInstallation();
  await bundle(root, "server.ts", "dist/test/unmounted-protocol.mjs", [routesPlugin(root, false)]);
  const script = join(root, "dist/test/start-unmounted-protocol.mjs");
  const start = `await start({ root: ${JSON.stringify(root)}, dev: false });`;
  writeFileSync(script, `import { start } from "./unmounted-protocol.mjs"; ${start}`);
  behindNext = await startLatchkey({
    command: [process.execPath, script],
    env: { ...installation.env, NODE_ENV: "production" },
  });
  await behindNext.ready();
  admin = await newTenantAdmin();
  machine = await provisioned(admin);
  token = await bought({});
});

afterAll(async () => {
  await behindNext?.remove();
  await installation?.stop();
});

const form = { "content-type": "application/x-www-form-urlencoded" };
const basic = () => `Basic ${Buffer.from(`${machine.clientId}:${machine.clientSecret}`).toString("base64")}`;

async function bought(parameters: Record<string, string>): Promise<string> {
  const body = new URLSearchParams({ grant_type: "client_credentials", ...parameters });
  const response = await fetch(`${installation.latchkey.url}/identity/connect/token`, {
    method: "POST",
    headers: { authorization: basic() },
    body,
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

/** What one machine's two ways of connecting may differ in: the moment, the ids of the moment, and how bytes are framed. */
const FRAMING = /^(?:date|connection|keep-alive|transfer-encoding|content-encoding|content-length|vary)$/;
const PAGE_HEADERS =
  /^(?:content-security-policy|x-content-type-options|referrer-policy|permissions-policy|x-frame-options|strict-transport-security|cross-origin-.+)$/;

async function seen(latchkey: Latchkey, path: string, init: RequestInit) {
  const response = await fetch(latchkey.url + path, init);
  const headers = [...response.headers].filter(([name]) => !FRAMING.test(name) && !PAGE_HEADERS.test(name));
  const body = (await response.text())
    .replace(/"traceId":"[\da-f]{32}"/, '"traceId":"…"')
    .replace(/"access_token":"[\w.-]+"/, '"access_token":"…"')
    .replace(/"(startedAt|heartbeatAt|endedAt)":"[^"]+"/g, '"$1":"…"');
  return { status: response.status, headers, body };
}

/** Asks both and returns the answer that both gave. */
async function alike(path: string, init: RequestInit = {}) {
  const mounted = await seen(installation.latchkey, path, init);
  expect(await seen(behindNext, path, init)).toEqual(mounted);
  return mounted;
}

const robot = (method: string, path: string, body?: unknown, bearer = token) =>
  alike(`/api/orchestrator/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${bearer}`,
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });

describe("mounted and behind Next.js, a robot's conversation is the same word for word", () => {
  test("buying a token, in either way, with and without scope", async () => {
    for (const scope of ["", "OR.Jobs", "OR.Nothing"]) {
      const inForm = { client_id: machine.clientId, client_secret: machine.clientSecret };
      for (const [headers, credentials] of [
        [{ ...form, authorization: basic() }, {}],
        [form, inForm],
      ] as const) {
        const body = new URLSearchParams({
          grant_type: "client_credentials",
          scope,
          ...credentials,
        }).toString();
        const { status } = await alike("/api/identity/connect/token", { method: "POST", headers, body });
        expect(status).toBe(scope === "OR.Nothing" ? 400 : 200);
      }
    }
  });

  test("connecting, beating, closing, and coming too late", async () => {
    const opened = await robot("POST", "sessions", { hostName: "HOST", platform: "Übung" });
    expect(opened.status).toBe(201);
    const { id } = JSON.parse(opened.body) as { id: string };
    expect((await robot("POST", `sessions/${id}/heartbeat`, { state: "Busy" })).status).toBe(200);
    expect((await robot("POST", `sessions/${id}/heartbeat`)).status).toBe(200);
    expect((await robot("DELETE", `sessions/${id}`)).status).toBe(204);
    expect((await robot("POST", `sessions/${id}/heartbeat`, {})).status).toBe(410);
  });

  test.each<[string, number, () => ReturnType<typeof robot>]>([
    ["who am I", 200, () => robot("GET", "me")],
    ["who am I, headers only", 200, () => robot("HEAD", "me")],
    ["no such session", 404, () => robot("DELETE", "sessions/0198c5b0-0000-7000-8000-000000000000")],
    ["an id that is none", 404, () => robot("POST", "sessions/x/heartbeat", {})],
    ["a body of the wrong shape", 400, () => robot("POST", "sessions", { hostName: 1 })],
    ["a body that is no JSON", 400, () => robot("POST", "sessions", "{")],
    ["a lone surrogate", 400, () => robot("POST", "sessions", '{"hostName":"\\ud800"}')],
    ["too large a body", 413, () => robot("POST", "sessions", { hostName: "x".repeat(70_000) })],
    ["an empty body", 400, () => robot("POST", "sessions")],
    ["a method that is not there", 405, () => robot("PATCH", "sessions", {})],
    [
      "a token without the scope",
      403,
      async () => robot("GET", "me", undefined, await bought({ scope: "OR.Jobs" })),
    ],
  ])("%s", async (_, status, say) => {
    expect((await say()).status).toBe(status);
  });

  test("a trace that the caller began", async () => {
    const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    for (const { url } of [installation.latchkey, behindNext]) {
      const response = await fetch(`${url}/api/orchestrator/me`, { headers: { traceparent } });
      expect(await response.json()).toMatchObject({ traceId: traceparent.split("-")[1] });
    }
  });

  test("a body sent in pieces, of no announced length", async () => {
    const pieces = ["grant_type=client_", "credentials"];
    const init = () => ({
      method: "POST",
      headers: { ...form, authorization: basic() },
      body: new ReadableStream({
        pull: (controller) => {
          const piece = pieces.shift();
          if (piece === undefined) controller.close();
          else controller.enqueue(new TextEncoder().encode(piece));
        },
      }),
      duplex: "half" as const,
    });
    const mounted = await seen(installation.latchkey, "/api/identity/connect/token", init());
    pieces.push("grant_type=client_", "credentials");
    expect(await seen(behindNext, "/api/identity/connect/token", init())).toEqual(mounted);
    expect(mounted.status).toBe(200);
  });

  test("the address a use is noted from is the socket's, whatever the client claims", async () => {
    const headers = {
      ...form,
      authorization: basic(),
      "x-latchkey-address": "6.6.6.6",
      "x-forwarded-for": "6.6.6.6",
    };
    await alike("/api/identity/connect/token", {
      method: "POST",
      headers,
      body: "grant_type=client_credentials",
    });
    expect(installation.latchkey.said() + behindNext.said()).not.toContain("6.6.6.6");
    const address = async () =>
      (await ask(admin, listSecrets, { machineId: machine.machineId }))[0]?.lastUsedAddress;
    await expect.poll(address).toMatch(/^(?:127\.0\.0\.1|::1)$/);
  });

  test("after Delete both refuse at once", async () => {
    const { machineId, secretId } = machine;
    expect((await robot("GET", "me")).status).toBe(200);
    await act(admin, deleteCredential, { machineId, credentialId: secretId, confirmedLast: true });
    expect((await robot("GET", "me")).status).toBe(401);
  });
});

test.each(["HEAD /api/identity/jwks", "HEAD /api/orchestrator/authentication", "OPTIONS /api/identity/jwks"])(
  "%s sends no body, which would be taken for the next answer",
  async (line) => {
    for (const { port } of [installation.latchkey, behindNext]) {
      const socket = connect(port, "127.0.0.1").setEncoding("utf8");
      socket.write(`${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      let said = "";
      for await (const text of socket) said += text;
      expect(said).toMatch(/^HTTP\/1.1 20[04] /);
      expect(said.split("\r\n\r\n")[1]).toBe("");
    }
  },
);
