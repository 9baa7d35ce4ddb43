import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeApiClientSchema } from "@/lib/api-clients/schema";
import { addAsset } from "@/lib/assets/commands";
import { addAssetSchema } from "@/lib/assets/schema";
import type { UserActor } from "@/lib/ctx";
import { addProcess } from "@/lib/jobs/commands/manage-process";
import { startJob } from "@/lib/jobs/commands/start-job";
import { addProcessSchema } from "@/lib/jobs/schema";
import { addSeconds } from "@/lib/time";
import { hashPassword } from "@/lib/users/passwords";
import { addWebhook } from "@/lib/webhooks/commands/manage-webhooks";
import { webhookSchema } from "@/lib/webhooks/schema";
import { makeApiClient } from "@/lib/workflows/manage-api-clients";
import { act, newAdmin, newTenant, type Provisioned, prisma, provisioned, type Tenant } from "@/test/people";
import {
  CLOSED_PAGES,
  ENDPOINTS,
  PAGES,
  PERSON_ACTIONS,
  PUBLIC_ACTIONS,
  TENANT_ACTIONS,
  WHO,
  type Who,
  WITHOUT_A_FOLDER,
} from "./access-matrix";
import { Browser } from "./browser";
import { type Installation, startInstallation } from "./installation";

const root = join(import.meta.dirname, "../..");
const PASSWORD = "correct horse battery";

let installation: Installation;
let tenant: Tenant;
let machine: Provisioned;
let robot: string;
let otherRobot: string;
let sessionId: string;
let jobId: string;
let webhookId: string;
let apiClientId: string;
const browsers = new Map<Who | "nobody" | "stranger", Browser>();

const browserOf = (who: Who | "nobody" | "stranger"): Browser => {
  const browser = browsers.get(who);
  if (!browser) throw new Error(`there is no ${who}`);
  return browser;
};

async function signedIn({ id, name }: UserActor): Promise<Browser> {
  const changedAt = addSeconds(new Date(), -60);
  await prisma().adminPassword.create({
    data: { adminId: id, hash: await hashPassword(PASSWORD), changedAt },
  });
  const browser = new Browser(installation.origin);
  expect(await browser.signIn({ email: name, password: PASSWORD })).toBe(true);
  return browser;
}

async function tokenOf({ clientId, clientSecret }: Provisioned): Promise<string> {
  const response = await fetch(`${installation.origin}/api/identity/connect/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: clientId,
      client_secret: clientSecret,
    }),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

type Sent = { readonly method: string; readonly body?: unknown; readonly form?: string };

function requestOf({ method, body, form }: Sent): RequestInit {
  if (form !== undefined) return { method, body: new URLSearchParams(form) };
  if (body === undefined) return { method };
  return { method, body: JSON.stringify(body), headers: { "content-type": "application/json" } };
}

function asked(path: string, token: string | null, sent: Sent): Promise<Response> {
  const { headers, ...request } = requestOf(sent);
  const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
  return fetch(installation.origin + path, {
    ...request,
    redirect: "manual",
    headers: { ...(headers as Record<string, string>), ...authorization },
  });
}

beforeAll(async () => {
  installation = await startInstallation();
  tenant = await newTenant();
  const admin = await newAdmin(tenant);
  const manager = await newAdmin(tenant, "Viewer");
  await prisma().admin.update({ where: { id: manager.id }, data: { managesInstallation: true } });
  browsers.set("nobody", new Browser(installation.origin));
  browsers.set("Administrator", await signedIn(admin));
  browsers.set("Operator", await signedIn(await newAdmin(tenant, "Operator")));
  browsers.set("Viewer", await signedIn(await newAdmin(tenant, "Viewer")));
  browsers.set("manager", await signedIn(manager));
  const stranger = await newAdmin(await newTenant());
  browsers.set("stranger", await signedIn(stranger));

  machine = await provisioned(admin);
  robot = await tokenOf(machine);
  otherRobot = await tokenOf(await provisioned(stranger));
  await act(admin, addAsset, addAssetSchema.parse({ name: "matrix-asset", type: "Text", value: "x" }));
  const { processId } = await act(admin, addProcess, addProcessSchema.parse({ name: "Matrix" }));
  ({ jobId } = await act(admin, startJob, { processId, hostName: "" }));
  const webhook = webhookSchema.parse({ url: "https://alerts.example.com/", kinds: ["chain.broken"] });
  const client = makeApiClientSchema.parse({ name: "matrix", role: "Viewer" });
  ({ id: apiClientId } = await act(admin, makeApiClient, client));
  ({ webhookId } = await act(admin, addWebhook, webhook));
  const opened = await asked("/api/orchestrator/sessions", robot, {
    method: "POST",
    body: { hostName: "HOST" },
  });
  ({ id: sessionId } = (await opened.json()) as { id: string });
});

afterAll(() => installation?.stop());

/** The address of a folder in `app/`, with what really is there. */
const addressOf = (folder: string): string =>
  folder
    .replace("[tenant]", tenant.slug)
    .replace("[machineId]", machine.machineId)
    .replace("[tag]", "machines")
    .replace("[jobId]", jobId)
    .replace("[webhookId]", webhookId)
    .replace("[id]", apiClientId)
    .replace("[sessionId]", sessionId)
    .replace("[name]", "matrix-asset")
    .replace("[...nextauth]", "csrf")
    .replace("[...path]", "nothing-here");

describe("everything that answers is in the matrix", () => {
  test("every page and every route", () => {
    const folders = readdirSync(join(root, "app"), { recursive: true, encoding: "utf8" })
      .filter((path) => /(?:^|\/)(?:page\.tsx|route\.ts)$/.test(path))
      .map((path) => `/${dirname(path)}`.replace(/\/\([^)]*\)/g, "").replace(/^\/\.$/, "/") || "/");
    const rows = [...Object.keys(PAGES), ...Object.keys(ENDPOINTS)];
    expect([...new Set([...folders, ...WITHOUT_A_FOLDER])].sort()).toEqual(rows.sort());
  });

  test("every action", () => {
    const file = join(root, ".next/server/server-reference-manifest.json");
    const { node } = JSON.parse(readFileSync(file, "utf8")) as {
      node: Record<string, { exportedName: string }>;
    };
    const rows = [TENANT_ACTIONS, PERSON_ACTIONS, PUBLIC_ACTIONS].flatMap((rows) => Object.keys(rows));
    expect(
      Object.values(node)
        .map(({ exportedName }) => exportedName)
        .sort(),
    ).toEqual(rows.sort());
  });
});

/** @returns the status, and the text unless it goes on for ever */
async function visited(who: Who | "nobody" | "stranger", folder: string) {
  const query = folder.endsWith("/export") ? "?format=csv" : "";
  const given = new AbortController();
  const response = await browserOf(who).ask(addressOf(folder) + query, { signal: given.signal });
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") ?? false;
  const text = isStream ? "" : await response.text();
  given.abort();
  return { status: response.status, to: response.headers.get("location") ?? "", text };
}

describe("pages", () => {
  const ofTenants = Object.entries(PAGES).filter(([, may]) => typeof may !== "string");

  test.each(ofTenants)("%s", async (folder, may) => {
    expect(await visited("nobody", folder)).toMatchObject({
      status: 307,
      to: expect.stringContaining("/sign-in?callbackUrl="),
    });
    const { status, text } = await visited("stranger", folder);
    expect(status).toBe(404);
    expect(text).not.toContain(machine.clientId);
    for (const who of WHO) {
      const seen = await visited(who, folder);
      if (!may.includes(who)) expect(seen.status, who).toBe(403);
      else expect(seen.status, who).toBe(200);
      const closed = CLOSED_PAGES[folder];
      if (closed) expect(seen.text.includes(closed.says), who).toBe(!closed.open.includes(who));
    }
  });

  test.each(Object.entries(PAGES).filter(([, may]) => typeof may === "string"))("%s", async (folder, may) => {
    const { status, to } = await visited("nobody", folder);
    if (may === "anybody") expect([200, 307]).toContain(status);
    else expect({ status, to }).toMatchObject({ status: 307, to: expect.stringContaining("/sign-in") });
  });
});

/** What the server says of an action, as its page would hear it. */
async function done(who: Who | "nobody" | "stranger", name: string, args: readonly unknown[]) {
  const text = await browserOf(who).act(`/tenants/${tenant.slug}/machines`, name, ...args);
  return { isOk: text.includes('"ok":true'), code: /"code":"(\w+)"/.exec(text)?.[1] ?? null, text };
}

async function proved(minutesAgo: number): Promise<void> {
  await prisma().signIn.updateMany({ data: { confirmedAt: addSeconds(new Date(), -60 * minutesAgo) } });
}

describe("actions of a tenant", () => {
  test.each(Object.entries(TENANT_ACTIONS))("%s", async (name, { may, input, isSensitive }) => {
    await proved(0);
    const args = [tenant.slug, input];
    expect(await done("nobody", name, args)).toMatchObject({
      code: "forbidden",
      text: expect.stringContaining("sign-in has ended"),
    });
    expect(await done("stranger", name, args)).toMatchObject({
      code: "not_found",
      text: expect.stringContaining("no such tenant"),
    });
    for (const who of WHO) {
      const { isOk, code, text } = await done(who, name, args);
      if (!may.includes(who)) expect(code, `${who}: ${text}`).toBe("forbidden");
      else
        expect(isOk || (code !== null && !["forbidden", "internal"].includes(code)), `${who}: ${text}`).toBe(
          true,
        );
    }
    await proved(10);
    const allowed = may[0] ?? "Administrator";
    const { code } = await done(allowed, name, args);
    if (isSensitive) expect(code).toBe("reauthenticate");
    else expect(code).not.toBe("reauthenticate");
  });
});

test("the record's file asks again who it is, as the button before it does", async () => {
  await proved(0);
  expect((await visited("Administrator", "/tenants/[tenant]/audit/export")).status).toBe(200);
  await proved(10);
  const { status, text } = await visited("Administrator", "/tenants/[tenant]/audit/export");
  expect(status).toBe(403);
  expect(text).toContain("Confirm that it is you");
});

describe("actions of a person", () => {
  test.each(Object.entries(PERSON_ACTIONS))("%s", async (name, { input, isSensitive }) => {
    await proved(0);
    expect(await done("nobody", name, [input])).toMatchObject({
      code: "forbidden",
      text: expect.stringContaining("sign-in has ended"),
    });
    const { isOk, code } = await done("Viewer", name, [input]);
    expect(isOk || code !== "forbidden").toBe(true);
    await proved(10);
    const later = await done("Viewer", name, [input]);
    if (isSensitive) expect(later.code).toBe("reauthenticate");
    else expect(later.code).not.toBe("reauthenticate");
  });
});

test.each(Object.entries(PUBLIC_ACTIONS))(
  "%s needs no sign-in, and gives nothing away",
  async (name, args) => {
    const { text } = await done("nobody", name, args);
    expect(text).not.toContain("sign-in has ended");
    expect(text).not.toMatch(/"code":"internal"/);
  },
);

describe("addresses of robots and clients", () => {
  const rows = Object.entries(ENDPOINTS).flatMap(([folder, endpoints]) =>
    endpoints.map((endpoint) => [`${endpoint.method} ${folder}`, folder, endpoint] as const),
  );

  test.each(rows)("%s", async (_, folder, { answers, ...sent }) => {
    const [nobody, cookie, own, stranger] = answers;
    const path = addressOf(folder);
    const statusOf = async (response: Response) => {
      await response.body?.cancel();
      return response.status;
    };
    expect(await statusOf(await asked(path, null, sent)), "nobody").toBe(nobody);
    const withCookie = await browserOf("Administrator").ask(path, requestOf(sent));
    expect(await statusOf(withCookie), "an administrator's cookie").toBe(cookie);
    expect(await statusOf(await asked(path, otherRobot, sent)), "a robot of another tenant").toBe(stranger);
    expect(await statusOf(await asked(path, robot, sent)), "the robot itself").toBe(own);
  });
});
