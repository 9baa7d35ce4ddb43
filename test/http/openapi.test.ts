import { createConfig, lintFromString } from "@redocly/openapi-core";
import { beforeAll, describe, expect, test } from "vitest";
import { OPERATIONS } from "@/lib/admin-api/contract";
import { addAsset } from "@/lib/assets/commands";
import { addAssetSchema } from "@/lib/assets/schema";
import type { UserActor } from "@/lib/ctx";
import { addProcess } from "@/lib/jobs/commands/manage-process";
import { startJob } from "@/lib/jobs/commands/start-job";
import { addProcessSchema } from "@/lib/jobs/schema";
import { apiDocument } from "@/lib/openapi/document";
import { IDENTITY_OPERATIONS } from "@/lib/openapi/identity";
import { ROBOT_PROBLEMS } from "@/lib/openapi/refusals";
import { ROBOT_OPERATIONS } from "@/lib/openapi/robots";
import { PROBLEM_CODES } from "@/lib/problem-codes";
import { rotateCredentialSchema } from "@/lib/rotations/schema";
import { rotateCredential } from "@/lib/workflows/rotate-credential";
import { expectDocumented } from "@/test/documented";
import { basic, buyToken, connect, TOKEN_ENDPOINT } from "@/test/robot";
import { act, call, newTenantAdmin, ORIGIN, type Provisioned, provisioned, unique } from "@/test/world";
import { findRoutes } from "@/tools/routes.mjs";

const DESCRIBED = [...ROBOT_OPERATIONS, ...IDENTITY_OPERATIONS];

test("anybody reads the OpenAPI document, and asks again with its ETag", async () => {
  const response = await call("GET", "/api/openapi.json");
  expect(response.headers.get("content-type")).toBe("application/json");
  expect(response.headers.get("cache-control")).toBe("public, max-age=300");
  const document = await response.json();
  expect(document).toMatchObject({ openapi: "3.1.0", servers: [{ url: ORIGIN }] });
  const etag = response.headers.get("etag") ?? "";
  const again = await call("GET", "/api/openapi.json", { headers: { "if-none-match": etag } });
  expect([again.status, await again.text()]).toEqual([304, ""]);
  expect((await call("POST", "/api/openapi.json")).status).toBe(405);
});

test("it has every operation that is described, and a linter finds nothing", async () => {
  const document = apiDocument("https://latchkey.invalid");
  const ids = Object.values(document.paths ?? {})
    .flatMap((path) => Object.values(path as Record<string, { operationId: string }>))
    .map(({ operationId }) => operationId);
  expect(ids.toSorted()).toEqual([...OPERATIONS, ...DESCRIBED].map(({ id }) => id).toSorted());
  const config = await createConfig({
    extends: ["recommended"],
    rules: {
      // What anybody may read refuses nobody.
      "operation-4xx-response": "off",
    },
  });
  const found = await lintFromString({ source: JSON.stringify(document), config });
  expect(found.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual([]);
});

test("every code of the robot API stands at a status", () => {
  const said: readonly string[] = Object.values(ROBOT_PROBLEMS).flatMap(({ codes }) => [...codes]);
  const unsaid = Object.keys(PROBLEM_CODES).filter((code) => !said.includes(code));
  // That of a method that is none of the address's: such an operation there is not.
  expect(unsaid).toEqual(["method_not_allowed"]);
});

const NO_RESOURCE = "answers what is no address of ours";
/** Addresses that are not in the document. */
const UNDOCUMENTED: Readonly<Record<string, string>> = {
  "/.well-known": NO_RESOURCE,
  "/.well-known/{...path}": NO_RESOURCE,
  "/api/identity": NO_RESOURCE,
  "/api/identity/{...path}": NO_RESOURCE,
  "/api/orchestrator": NO_RESOURCE,
  "/api/orchestrator/{...path}": NO_RESOURCE,
  "/identity": NO_RESOURCE,
  "/identity/{...path}": NO_RESOURCE,
  "/identity/connect/token": "the token endpoint once more, as robots of this field are configured",
  "/api/identity/connect/authorize": "says that there is no flow with it",
  "/api/admin/v1/{...path}": "the contract's operations, one by one",
  "/api/health/live": "for what watches the process",
  "/api/health/ready": "for what watches the process",
  "/api/openapi.json": "the document itself",
};

test("every address of the identity server and of the orchestrator is in it with its methods, or it is said why not", async () => {
  const addresses = findRoutes(process.cwd()).map(({ path }) =>
    path.replaceAll("[", "{").replaceAll("]", "}"),
  );
  const known = Object.keys(UNDOCUMENTED);
  expect(
    known.filter((path) => !addresses.includes(path)),
    "listed, but no address",
  ).toEqual([]);
  const served: string[] = [];
  for (const path of addresses.filter((each) => !known.includes(each))) {
    const allow = (await call("OPTIONS", path.replace(/\{\w+\}/, "x"))).headers.get("allow") ?? "";
    const methods = allow.split(", ").filter((method) => method !== "HEAD" && method !== "OPTIONS");
    served.push(...methods.map((method) => `${method} ${path}`));
  }
  const documented = DESCRIBED.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
  expect(documented.toSorted()).toEqual(served.toSorted());
});

describe("robots and clients are answered as it says", () => {
  const seen = new Map<string, Set<number>>();
  let admin: UserActor;
  let machine: Provisioned;
  let token: string;

  beforeAll(async () => {
    admin = await newTenantAdmin();
    machine = await provisioned(admin);
    token = await buyToken(machine);
  });

  type Sent = { body?: unknown; form?: Record<string, string>; headers?: Record<string, string> };

  async function ask(method: string, target: string, { body, form, headers }: Sent = {}) {
    const said = body === undefined ? form && new URLSearchParams(form).toString() : JSON.stringify(body);
    const type = body === undefined ? "application/x-www-form-urlencoded" : "application/json";
    const response = await call(method, target, {
      headers: { ...(said !== undefined && { "content-type": type }), ...headers },
      ...(said !== undefined && { body: said }),
    });
    const isStream = response.headers.get("content-type") === "text/event-stream";
    if (isStream) await response.body?.cancel();
    const text = isStream ? "" : await response.text();
    const answer = isStream ? undefined : text === "" ? null : JSON.parse(text);
    const { status } = response;
    const id = expectDocumented(method, target, { status, headers: response.headers, answer });
    if (id !== null) seen.set(id, (seen.get(id) ?? new Set()).add(status));
    return { status, answer };
  }
  const robot = (method: string, path: string, body?: unknown, bearer = token) =>
    ask(method, `/api/${path}`, { body, headers: { authorization: `Bearer ${bearer}` } });
  const client = (endpoint: string, form: Record<string, string>, as = machine) =>
    ask("POST", `/api/identity/connect/${endpoint}`, { form, headers: basic(as) });
  const nowhere = "0192f0c1-2222-7000-8000-000000000000";

  test("at the identity server", async () => {
    const grant = { grant_type: "client_credentials" };
    const { answer } = await client("token", { ...grant, scope: "OR.Robots" });
    for (const endpoint of ["introspect", "revocation", "introspect"])
      expect((await client(endpoint, { token: answer.access_token })).status).toBe(200);
    const wrong = { ...machine, clientSecret: "x" };
    for (const endpoint of ["token", "introspect", "revocation"]) {
      expect((await client(endpoint, { ...grant, token: "x" }, wrong)).status).toBe(401);
      expect((await client(endpoint, {})).status).toBe(400);
    }
    expect((await ask("POST", TOKEN_ENDPOINT, { form: { grant_type: "password" } })).status).toBe(400);
    expect((await ask("POST", "/api/identity/leaks", { body: [{ token: "x" }] })).status).toBe(202);
    expect((await ask("POST", "/api/identity/leaks", { form: { token: "x" } })).status).toBe(400);
    for (const { path } of DESCRIBED.filter(({ method, as }) => method === "get" && as === "anybody"))
      expect((await ask("GET", path)).status).toBe(200);
  });

  test("at the orchestrator", async () => {
    const session = await connect(token, "HOST-A");
    const own = `orchestrator/sessions/${session.id}`;
    const { name } = await (async () => {
      const input = addAssetSchema.parse({ name: unique("asset"), type: "Json", value: "[1]" });
      await act(admin, addAsset, input);
      return input;
    })();
    const { processId } = await act(admin, addProcess, addProcessSchema.parse({ name: unique("process") }));
    await act(admin, startJob, { processId, hostName: "" });
    await robot("GET", "orchestrator/me");
    await robot("POST", "orchestrator/sessions", { hostName: "HOST-A", runningJobs: [] });
    await robot("POST", `${own}/heartbeat`, { state: "Busy" });
    await robot("GET", `${own}/events`);
    const { answer: job } = await robot("POST", `${own}/jobs/next`, { waitSeconds: 0 });
    expect((await robot("POST", `${own}/jobs/next`, { waitSeconds: 0 })).status).toBe(204);
    await robot("GET", `orchestrator/jobs/${job.id}`);
    const report = { reportId: "1", state: "Successful", output: { rows: [1] } };
    await robot("PATCH", `orchestrator/jobs/${job.id}`, report);
    expect((await robot("PATCH", `orchestrator/jobs/${job.id}`, { ...report, reportId: "2" })).status).toBe(
      409,
    );
    await robot("GET", `orchestrator/assets/${name}`);
    expect((await robot("GET", `orchestrator/assets/${unique("none")}`)).status).toBe(404);
    expect((await robot("GET", `orchestrator/jobs/${nowhere}`)).status).toBe(404);
    expect((await robot("POST", "orchestrator/sessions", { hostName: 1 })).status).toBe(400);
    expect((await robot("POST", "identity/connect/successor", { sessionId: session.id })).status).toBe(404);
    const { machineId, secretId: credentialId } = machine;
    const details = { machineId, credentialId, retirement: "day", handsOver: true };
    await act(admin, rotateCredential, rotateCredentialSchema.parse(details));
    expect((await robot("POST", "identity/connect/successor", { sessionId: session.id })).status).toBe(200);
    for (const [method, path] of [
      ["POST", "heartbeat"],
      ["GET", "events"],
      ["POST", "jobs/next"],
    ] as const)
      expect((await robot(method, `orchestrator/sessions/${nowhere}/${path}`)).status).toBe(404);
    expect((await robot("GET", "orchestrator/me", undefined, "x")).status).toBe(401);
    expect((await robot("DELETE", own)).status).toBe(204);
    expect((await robot("DELETE", `orchestrator/sessions/${nowhere}`)).status).toBe(404);
  });

  test("each of its operations was done and refused, but those that refuse nobody", () => {
    const unseen = DESCRIBED.filter(({ id, answers, refuses }) => {
      const statuses = [...(seen.get(id) ?? [])];
      const isRefusing = refuses.some((name) => name.at(-3) === "4");
      const isDone = Object.keys(answers).every((status) => statuses.includes(Number(status)));
      return !isDone || (isRefusing && !statuses.some((status) => status >= 400));
    });
    expect(unseen.map(({ id }) => id)).toEqual([]);
  });
});
