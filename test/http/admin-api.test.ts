import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { OPERATIONS } from "@/lib/admin-api/contract";
import { ADMIN_API_PATH, type Operation } from "@/lib/admin-api/operation";
import type { UserActor } from "@/lib/ctx";
import { IMPLEMENTED } from "@/lib/http/admin/operations";
import { REQUESTS, takeTurn } from "@/lib/http/admin/turns";
import { may } from "@/lib/permissions";
import type { Role } from "@/lib/roles";
import { disableApiClient } from "@/lib/workflows/manage-api-clients";
import { askAdminApi, type Sent } from "@/test/admin-api";
import { newApiClient } from "@/test/deeds/api-client-deeds";
import { buyToken, send } from "@/test/robot";
import { act, call, newInstallationAdmin, newTenantAdmin, prisma, provisioned, unique } from "@/test/world";

let owner: UserActor;
let token: string;
let viewer: string;
let stranger: string;
let robot: string;
beforeAll(async () => {
  owner = await newTenantAdmin();
  token = await buyToken(await newApiClient(owner, { role: "Operator", mayConfirm: true }));
  robot = await buyToken(await provisioned(owner));
  viewer = await buyToken(await newApiClient(owner, { role: "Viewer" }));
  stranger = await buyToken(
    await newApiClient(await newTenantAdmin(), { role: "Operator", mayConfirm: true }),
  );
});

const ask = (method: string, path: string, { as = token, ...sent }: Partial<Sent> = {}) =>
  askAdminApi(method, path, { as, ...sent });

const machine = (name = unique("machine")) => ({ name, kind: "Template" });
const secretsOf = (machineId: string) => prisma().credential.count({ where: { machineId } });

/** A path of the operation, about things that are not there. */
const pathOf = ({ path }: { readonly path: string }) =>
  path
    .replace(/\{(?:credential|key|secret)Id\}/g, "0123456789abcdef")
    .replace("{deliveryId}", "1")
    .replace(/\{\w+\}/g, randomUUID());

test.each(OPERATIONS.map((operation) => [operation.id, operation] as const))(
  "%s is nobody's, and no robot's",
  async (_, operation) => {
    for (const as of ["", "x", robot]) {
      const { status } = await ask(operation.method, pathOf(operation), { as });
      expect([400, 401]).toContain(status);
    }
  },
);

describe("of every operation, who may not is told so before anything else is looked at", () => {
  const CLIENTS = {
    Viewer: { role: "Viewer", mayConfirm: true },
    Operator: { role: "Operator", mayConfirm: true },
    Administrator: { role: "Administrator", mayConfirm: true },
    unconfirmed: { role: "Administrator", managesInstallation: true },
    installation: { role: "Viewer", managesInstallation: true, mayConfirm: true },
  } as const;
  type Rights = { role: Role; managesInstallation?: boolean; mayConfirm?: boolean };

  const refusalOf = (operation: Operation, rights: Rights) => {
    const { may: asked, isSensitive } = operation;
    const isHis =
      asked === "installation" ? rights.managesInstallation : asked === "read" || may(rights.role, asked);
    if (!isHis) return "403 forbidden";
    return isSensitive && !rights.mayConfirm ? "403 confirmation_needed" : "400 invalid_query";
  };
  test.each(Object.entries(CLIENTS))("%s", async (_, rights: Rights) => {
    const as = await buyToken(await newApiClient(await newInstallationAdmin(), rights));
    const answers: string[] = [];
    for (const operation of OPERATIONS) {
      // Who may is stopped here, before anything is done.
      const path = `${pathOf(operation)}?unknown=1`;
      const { status, answer } = await ask(operation.method, path, { as });
      answers.push(`${operation.id}: ${status} ${answer.code}`);
    }
    expect(answers).toEqual(OPERATIONS.map((each) => `${each.id}: ${refusalOf(each, rights)}`));
  });
});

test("every operation of the contract is done by something, and by one thing", () => {
  const ids = IMPLEMENTED.map(({ operation }) => operation.id);
  expect(ids.toSorted()).toEqual(OPERATIONS.map(({ id }) => id).toSorted());
  expect(new Set(OPERATIONS.map(({ method, path }) => `${method} ${path}`)).size).toBe(OPERATIONS.length);
});

describe("a machine's life", () => {
  test("provision, read, save, disable, delete: each as the portal does it, with previews that change nothing", async () => {
    const made = await ask("POST", "/machines", { body: machine() });
    expect(made).toMatchObject({
      status: 201,
      answer: { clientSecret: expect.stringMatching(/^lks_/), expiresAt: null },
    });
    expect(made.headers.get("cache-control")).toBe("no-store");
    const path = `/machines/${made.answer.machineId}`;
    const read = await ask("GET", path);
    expect(read.headers.get("etag")).toBe('"1"');
    const { name } = read.answer;
    const body = { name, description: "by a program", tags: ["lane 4"] };
    const saved = await ask("PUT", path, { body, headers: { "if-match": '"1"' } });
    expect(saved).toMatchObject({ status: 200, answer: { revision: 2, disconnectedHosts: [] } });
    expect(saved.headers.get("etag")).toBe('"2"');
    const stale = await ask("PUT", path, { body, headers: { "if-match": '"1"' } });
    expect(stale).toMatchObject({ status: 412, answer: { code: "revision_outdated" } });
    const blind = await ask("PUT", path, { body });
    expect(blind).toMatchObject({ status: 428, answer: { code: "revision_missing" } });

    expect(await ask("POST", `${path}/disable?dryRun=true`)).toMatchObject({
      status: 200,
      answer: { hosts: [], jobs: [] },
    });
    expect((await ask("GET", path)).answer).toMatchObject({ isEnabled: true, description: "by a program" });
    expect((await ask("POST", `${path}/disable`)).status).toBe(200);
    expect(await ask("POST", `${path}/enable`)).toMatchObject({ status: 204, answer: null });
    const remove = { body: { machineIds: [made.answer.machineId] } };
    expect((await ask("POST", "/machines/delete?dryRun=true", remove)).answer).toMatchObject({
      machines: 1,
      hosts: { count: 0 },
      jobs: { count: 0 },
    });
    expect(await ask("POST", "/machines/delete", remove)).toMatchObject({ answer: { deleted: 1 } });
    expect(await ask("GET", path)).toMatchObject({ status: 404, answer: { code: "not_found" } });
  });

  test("a list is walked page by page, each machine once", async () => {
    const { actor, names } = await withMachines(7);
    const as = await buyToken(await newApiClient(actor, { role: "Viewer" }));
    const seen: string[] = [];
    for (let next: string | null = ""; next !== null; ) {
      const cursor: string = next === "" ? "" : `&cursor=${encodeURIComponent(next)}`;
      const { answer } = await ask("GET", `/machines?limit=3${cursor}`, { as });
      seen.push(...answer.items.map(({ name }: { name: string }) => name));
      next = answer.next;
    }
    expect(seen).toEqual(names);
  });

  test("a list goes on behind the longest name, and not behind what is no place", async () => {
    const as = await buyToken(await newApiClient(await newTenantAdmin(), { role: "Operator" }));
    // Folded it is eighteen times as long.
    const names = ["a", "b"].map((last) => "\uFDFA".repeat(99) + last);
    for (const name of names)
      expect((await ask("POST", "/machines", { as, body: machine(name) })).status).toBe(201);
    const first = (await ask("GET", "/machines?limit=1", { as })).answer;
    expect(first.next.length).toBeGreaterThan(4096);
    const second = await ask("GET", `/machines?limit=1&cursor=${first.next}`, { as });
    expect([...first.items, ...second.answer.items].map(({ name }) => name)).toEqual(names);
    const refused = await ask("GET", "/machines?cursor=behind", { as });
    expect(refused).toMatchObject({
      status: 400,
      answer: { code: "invalid_query", errors: [{ field: "cursor" }] },
    });
  });
});

async function withMachines(count: number) {
  const actor = await newTenantAdmin();
  const machines = [];
  for (let made = 0; made < count; made += 1) machines.push(await provisioned(actor));
  return { actor, names: machines.map(({ machineName }) => machineName).toSorted() };
}

describe("a request that is sent again", () => {
  test("is done once, also by two at a time; the secret is not said again", async () => {
    const [body, headers] = [machine(), { "idempotency-key": randomUUID() }];
    const both = await Promise.all([1, 2].map(() => ask("POST", "/machines", { body, headers })));
    expect(both.map(({ status }) => status)).toEqual([201, 201]);
    const shown = both.filter(({ answer }) => "clientSecret" in answer);
    expect(shown).toHaveLength(1);
    const again = await ask("POST", "/machines", { body, headers });
    const { clientSecret, ...rest } = shown[0]?.answer ?? {};
    expect(again).toMatchObject({ status: 201, answer: { ...rest, secretsShown: true } });
    expect(again.answer).not.toHaveProperty("clientSecret");
    expect(await secretsOf(rest.machineId)).toBe(1);
    const kept = await prisma().idempotencyKey.findMany({ where: { tenantId: owner.tenantId } });
    expect(JSON.stringify(kept)).not.toContain(clientSecret);

    const other = await ask("POST", "/machines", { body: machine(), headers });
    expect(other).toMatchObject({ status: 422, answer: { code: "idempotency_key_reused" } });
    const bad = await ask("POST", "/machines", { body, headers: { "idempotency-key": "two words" } });
    expect(bad).toMatchObject({ status: 400, answer: { code: "invalid_idempotency_key" } });
  });

  test("is done when the first was refused", async () => {
    const [taken, headers] = [machine(), { "idempotency-key": randomUUID() }];
    const { answer } = await ask("POST", "/machines", { body: taken });
    expect((await ask("POST", "/machines", { body: taken, headers })).status).toBe(409);
    await ask("POST", "/machines/delete", { body: { machineIds: [answer.machineId] } });
    expect((await ask("POST", "/machines", { body: taken, headers })).status).toBe(201);
  });
});

describe("who may not, and what is not so", () => {
  test.each([
    ["a viewer provisions", "POST", "/machines", { body: machine() }, "viewer", 403, "forbidden"],
    [
      "a viewer previews",
      "POST",
      `/machines/${randomUUID()}/disable?dryRun=true`,
      {},
      "viewer",
      403,
      "forbidden",
    ],
    [
      "an unknown member",
      "POST",
      "/machines",
      { body: { ...machine(), nam: "x" } },
      "own",
      400,
      "invalid_body",
    ],
    [
      "a wrong member",
      "POST",
      "/machines",
      { body: { name: "", kind: "Template" } },
      "own",
      400,
      "invalid_body",
    ],
    ["an unknown parameter", "GET", "/machines?lmit=3", {}, "own", 400, "invalid_query"],
    ["a parameter twice", "GET", "/machines?limit=3&limit=4", {}, "own", 400, "invalid_query"],
    [
      "a dry run of what has none",
      "POST",
      "/machines?dryRun=true",
      { body: machine() },
      "own",
      400,
      "invalid_query",
    ],
    ["an id that is none", "GET", "/machines/x", {}, "own", 404, "not_found"],
    ["an address that is none", "GET", "/machins", {}, "own", 404, "resource_not_found"],
    ["a method that is none", "DELETE", "/machines", {}, "own", 405, "method_not_allowed"],
    ["no token", "GET", "/machines", {}, "nobody", 400, "invalid_request"],
  ] as const)("%s", async (_, method, path, sent, who, status, code) => {
    const as = { own: token, viewer, nobody: "" }[who];
    expect(await ask(method, path, { ...sent, as })).toMatchObject({ status, answer: { code } });
  });

  test("what needs a password of people needs a permission of a program", async () => {
    const as = await buyToken(await newApiClient(owner, { role: "Administrator" }));
    const body = { machineIds: [randomUUID()] };
    expect(await ask("POST", "/machines/delete", { as, body })).toMatchObject({
      status: 403,
      answer: { code: "confirmation_needed" },
    });
    // It may look: nobody is asked for a password for that.
    expect((await ask("POST", "/machines/delete?dryRun=true", { as, body })).status).toBe(404);
  });

  test("who is disabled while the body is under way does nothing with the rest of it", async () => {
    const client = await newApiClient(owner, { role: "Operator" });
    const as = await buyToken(client);
    const { name, kind } = machine();
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const text = Buffer.from(JSON.stringify({ name, kind }));
    const answer = call("POST", `${ADMIN_API_PATH}/machines`, {
      headers: { authorization: `Bearer ${as}`, "content-type": "application/json" },
      body: readable,
      duplex: "half",
    } as RequestInit);
    await writer.write(text.subarray(0, 5));
    await act(owner, disableApiClient, { id: client.id });
    await writer.write(text.subarray(5));
    await writer.close();
    expect((await answer).status).toBe(401);
    expect(await prisma().machine.count({ where: { name } })).toBe(0);
  });

  test("another tenant's machine is not there", async () => {
    const { machineId } = await provisioned(owner);
    const path = `/machines/${machineId}`;
    expect((await ask("GET", path, { as: stranger })).status).toBe(404);
    expect((await ask("POST", `${path}/disable`, { as: stranger })).status).toBe(404);
    const body = { machineIds: [machineId] };
    expect((await ask("POST", "/machines/delete", { as: stranger, body })).status).toBe(404);
    expect((await ask("GET", path)).answer).toMatchObject({ isEnabled: true });
  });
});

test("who asks too often is told to wait, and it alone; time gives it its turns back", async () => {
  const client = await newApiClient(owner, { role: "Viewer" });
  const as = await buyToken(client);
  // Ahead of the request's clock, so that no time passes until then.
  const later = performance.now() + 600_000;
  for (let asked = 0; asked < REQUESTS.atOnce; asked += 1) takeTurn(client.id, later);
  const refused = await ask("GET", "/machines", { as });
  expect(refused).toMatchObject({ status: 429, answer: { code: "too_many_requests" } });
  expect(refused.headers.get("retry-after")).toBe("1");
  expect((await ask("GET", "/machines", { as: viewer })).status).toBe(200);
  for (let asked = 0; asked < REQUESTS.aSecond; asked += 1) takeTurn(client.id, later + 1_000);
  expect(() => takeTurn(client.id, later + 1_000)).toThrow();
});

describe("a large body", () => {
  const provision = (as: string, body: BodyInit, headers: Readonly<Record<string, string>> = {}) =>
    call("POST", `${ADMIN_API_PATH}/machines/provision`, {
      headers: { authorization: `Bearer ${as}`, "content-type": "application/json", ...headers },
      body,
      duplex: "half",
    } as RequestInit);

  test("takes as many turns as it is large", async () => {
    const client = await newApiClient(owner, { role: "Viewer" });
    const as = await buyToken(client);
    takeTurn(client.id, performance.now() + 600_000, REQUESTS.atOnce - 1);
    const megabyte = JSON.stringify({ machines: [], filling: "x".repeat(1024 * 1024) });
    expect((await provision(as, megabyte)).status).toBe(403);
    const refused = await ask("GET", "/machines", { as });
    expect(refused).toMatchObject({ status: 429, answer: { code: "too_many_requests" } });
  });

  test("is one at a time for each client", async () => {
    const large = { "content-length": "100000" };
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const first = provision(token, readable, large);
    await writer.write(Buffer.from('{"machines":'));
    const second = await provision(token, "{}", large);
    expect(second.status).toBe(429);
    expect(second.headers.get("retry-after")).toBe("1");
    expect((await provision(stranger, "{}", large)).status).toBe(400);
    expect((await provision(token, "{}")).status).toBe(400);
    await writer.write(Buffer.from("[]}"));
    await writer.close();
    expect((await first).status).toBe(400);
    expect((await provision(token, "{}", large)).status).toBe(400);
  });

  test("with numbers that nobody can keep is read no further than they are told", async () => {
    const response = await provision(token, `{"machines":[${Array(150).fill("1e400").join(",")}]}`);
    expect(response.status).toBe(400);
    const { errors, detail } = await response.json();
    expect(errors).toHaveLength(100);
    expect(detail).not.toMatch(/more$/);
  });
});

test("of many faults the first hundred are told", async () => {
  const runningJobs = Array.from({ length: 500 }, () => "x");
  const response = await send("POST", "sessions", robot, { hostName: "HOST", runningJobs });
  expect(response.status).toBe(400);
  const { errors, detail } = await response.json();
  expect(errors).toHaveLength(100);
  expect(detail).toMatch(/; and 400 more$/);
});
