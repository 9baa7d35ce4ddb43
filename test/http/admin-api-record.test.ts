import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { flushTokenRequests } from "@/lib/activity/token-requests";
import { chainEvents } from "@/lib/audit/commands/chain-events";
import type { UserActor } from "@/lib/ctx";
import { askAdminApi, type Sent } from "@/test/admin-api";
import { newApiClient } from "@/test/deeds/api-client-deeds";
import { told } from "@/test/deeds/webhook-deeds";
import { askToken, buyToken, connect, forged } from "@/test/robot";
import { WebhookReceiver } from "@/test/webhook-receiver";
import {
  inTransaction,
  newInstallationAdmin,
  newTenantAdmin,
  type Provisioned,
  prisma,
  provisioned,
  systemCtx,
} from "@/test/world";

vi.hoisted(() => {
  process.env.WEBHOOK_ALLOWED_NETWORKS = "loopback";
});

let owner: UserActor;
let machine: Provisioned;
let token: string;
let viewer: string;
let stranger: string;
/** An Administrator's client, whose uses are not a viewer's to see. */
let client: Awaited<ReturnType<typeof newApiClient>>;
let receiver: WebhookReceiver;
beforeAll(async () => {
  owner = await newTenantAdmin();
  const rights = { role: "Administrator", mayConfirm: true } as const;
  client = await newApiClient(owner, rights);
  token = await buyToken(client);
  viewer = await buyToken(await newApiClient(owner, { role: "Viewer" }));
  stranger = await buyToken(await newApiClient(await newTenantAdmin(), rights));
  machine = await provisioned(owner);
  receiver = await WebhookReceiver.start();
});
afterAll(() => receiver.close());

const ask = (method: string, path: string, { as = token, ...sent }: Partial<Sent> = {}) =>
  askAdminApi(method, path, { as, ...sent });

type Item = Readonly<Record<string, unknown>> & { readonly id: string };

/** Every row of a list, page by page. */
async function walk(path: string, limit: number, as = token, behind = ""): Promise<Item[]> {
  const rows: Item[] = [];
  for (let next: string | null = behind; next !== null; ) {
    const cursor: string = next === "" ? "" : `&cursor=${encodeURIComponent(next)}`;
    const { status, answer } = await ask(
      "GET",
      `${path}${path.includes("?") ? "&" : "?"}limit=${limit}${cursor}`,
      { as },
    );
    expect(status).toBe(200);
    expect(answer.items.length).toBeLessThanOrEqual(limit);
    rows.push(...answer.items);
    next = answer.next;
  }
  return rows;
}
const idsOf = (rows: readonly Item[]) => rows.map(({ id }) => id);

async function expectBadQuery(paths: readonly string[]) {
  for (const path of paths)
    expect([path, await ask("GET", path)]).toMatchObject([
      path,
      { status: 400, answer: { code: "invalid_query" } },
    ]);
}

test("the record is walked page by page with the filters of its page; each event once, none with a secret", async () => {
  const all = await walk("/record", 200, viewer);
  expect(idsOf(await walk("/record", 2, viewer))).toEqual(idsOf(all));
  expect(new Set(idsOf(all)).size).toBe(all.length);
  expect(all[0]).toMatchObject({
    type: "secret.issued",
    machineId: machine.machineId,
    actorId: owner.id,
  });
  expect(JSON.stringify(all)).not.toContain(machine.clientSecret);

  const ofMachine = await walk(`/record?machine=${machine.machineName}`, 50);
  expect(idsOf(ofMachine)).toEqual(idsOf(all.filter(({ machineId }) => machineId === machine.machineId)));
  const { items } = (await ask("GET", `/record?kind=api_client&person=${owner.id}&limit=1`)).answer;
  expect(items).toMatchObject([{ type: "api_client.made" }]);
  expect(await walk(`/record?credential=${machine.secretId}`, 50)).not.toEqual([]);
  expect(await walk("/record?from=2999-01-01T00:00:00Z", 50)).toEqual([]);
  const others = idsOf((await walk("/record", 50, stranger)).filter(({ isShared }) => !isShared));
  expect(idsOf(all).filter((id) => others.includes(id))).toEqual([]);
  await expectBadQuery([
    "/record?cursor=behind",
    `/record?cursor=${randomUUID()}`,
    "/record?kind=Machine!",
    "/record?person=ada",
    "/record?from=yesterday",
    "/record?older=x",
    `/record?machine=${machine.clientSecret}`,
    "/record?credential=",
  ]);
});

test("the record's chain is walked, and what was sealed has its place", async () => {
  await inTransaction((db) => chainEvents(systemCtx(db), { waits: true }));
  const verified = await ask("POST", "/record/verify", { as: viewer });
  expect(verified).toMatchObject({
    status: 200,
    answer: { isIntact: true, isInstallationIntact: true, findingCount: 0, findings: [] },
  });
  const { head, chained } = verified.answer;
  expect(head.sequence).toBe(String(chained));
  const [last] = await walk("/record", 200);
  expect(last?.sequence).toMatch(/^\d+$/);
});

test("what was asked of the token endpoint: of the tenant, of a machine, of a secret; of API clients for who manages them", async () => {
  for (let turn = 0; turn < 3; turn += 1) await askToken(machine);
  await askToken({ ...machine, clientSecret: forged(machine) });
  await flushTokenRequests();
  const seen = await walk("/activity", 2, viewer);
  expect(seen.map(({ machineId }) => machineId)).toEqual(Array(4).fill(machine.machineId));
  expect(seen[0]).toMatchObject({ outcome: "Refused", reason: "secret_wrong", isRehearsed: false });
  const all = await walk("/activity", 50);
  expect(all.map(({ machineId }) => machineId)).toContain(client.id);
  expect(await walk(`/activity?machine=${client.id}`, 50, viewer)).toEqual([]);
  expect(await walk("/activity?outcome=Granted&period=24h", 50, viewer)).toHaveLength(3);
  await expectBadQuery([
    "/activity?outcome=granted",
    "/activity?period=1y",
    "/activity?cursor=behind",
    "/activity/chart?period=1y",
  ]);

  const chart = await ask("GET", `/activity/chart?machine=${machine.machineId}`, { as: viewer });
  expect(chart.answer.items).toHaveLength(24);
  const sum = (of: "granted" | "refused") =>
    chart.answer.items.reduce((all: number, bin: Record<string, number>) => all + (bin[of] ?? 0), 0);
  expect([sum("granted"), sum("refused")]).toEqual([3, 1]);

  const used = await ask("GET", `/machines/${machine.machineId}/activity`, { as: viewer });
  expect(used.answer.items).toMatchObject([
    { credentialId: machine.secretId, kind: "Secret", use: { count: 3 } },
  ]);
  const usesOf = (of: { machineId: string; secretId: string }) =>
    `/machines/${of.machineId}/credentials/${of.secretId}/uses`;
  const uses = await ask("GET", usesOf(machine), { as: viewer });
  expect(uses.answer.items).toMatchObject([{ address: "192.0.2.7", count: 3 }]);
  const { answer } = await ask("GET", "/overview", { as: viewer });
  expect(answer).toMatchObject({ figures: { machines: 1 }, attention: { webhooksOff: 0 } });

  const clients = { machineId: client.id, secretId: client.secretId };
  for (const path of [
    `/activity/chart?machine=${client.id}`,
    `/machines/${client.id}/activity`,
    usesOf(clients),
  ])
    expect([path, (await ask("GET", path, { as: viewer })).status]).toEqual([path, 404]);
  for (const path of [
    `/activity/chart?machine=${machine.machineId}`,
    `/machines/${machine.machineId}/activity`,
    usesOf(machine),
  ])
    expect([path, (await ask("GET", path, { as: stranger })).status]).toEqual([path, 404]);
});

test("notifications are walked, and what the tenant is not told is saved against what was read", async () => {
  const now = Date.now();
  for (let turn = 0; turn < 3; turn += 1) await told(owner, new Date(now + turn));
  const all = await walk("/notifications", 50, viewer);
  expect(idsOf(await walk("/notifications", 1, viewer))).toEqual(idsOf(all));
  expect(all).toHaveLength(3);
  expect(await walk("/notifications?kind=refusals.flood", 50)).toHaveLength(3);
  expect(await walk("/notifications", 50, stranger)).toEqual([]);
  await expectBadQuery([
    "/notifications?kind=party",
    "/notifications?cursor=behind",
    "/notifications?newer=x",
  ]);

  const path = "/settings/notifications";
  const { off: seen } = (await ask("GET", path, { as: viewer })).answer;
  const body = { off: ["leak.reported"], seen };
  expect((await ask("PUT", path, { as: viewer, body })).status).toBe(403);
  expect((await ask("PUT", path, { body })).status).toBe(204);
  expect((await ask("PUT", path, { body })).status).toBe(409);
  expect((await ask("GET", path)).answer).toEqual({ off: ["leak.reported"] });
  expect((await ask("PUT", path, { body: { off: ["chain.broken"], seen: [] } })).status).toBe(400);
});

test("a webhook is tested once for its key, its deliveries are walked, and one is sent again", async () => {
  const made = await ask("POST", "/webhooks", {
    body: { url: receiver.url, kinds: ["refusals.flood"] },
  });
  const path = `/webhooks/${made.answer.webhookId}`;
  const headers = { "idempotency-key": randomUUID() };
  const tested = await ask("POST", `${path}/test`, { headers });
  expect(tested).toMatchObject({ status: 200, answer: { isTaken: true, status: 204, failure: null } });
  expect(receiver.got).toMatchObject([{ type: "webhook.test" }]);
  expect((await ask("POST", `${path}/test`, { headers })).answer).toEqual(tested.answer);
  expect(receiver.got).toHaveLength(1);
  expect(await walk(`/record?kind=webhook.tested`, 50)).toHaveLength(1);

  for (let turn = 0; turn < 3; turn += 1) await told(owner, new Date());
  const deliveries = await walk(`${path}/deliveries`, 50);
  expect(deliveries).toHaveLength(3);
  expect(idsOf(await walk(`${path}/deliveries`, 2))).toEqual(idsOf(deliveries));
  await expectBadQuery([`${path}/deliveries?cursor=behind`]);
  const again = `${path}/deliveries/${deliveries[0]?.id}/send-again`;
  await prisma().delivery.updateMany({ data: { state: "delivered", attempts: 1 } });
  for (const [method, at] of [
    ["POST", `${path}/test`],
    ["GET", `${path}/deliveries`],
    ["POST", again],
  ] as const) {
    expect([at, (await ask(method, at, { as: viewer })).status]).toEqual([at, 403]);
    expect([at, (await ask(method, at, { as: stranger })).status]).toEqual([at, 404]);
  }
  expect((await ask("POST", again)).status).toBe(204);
  expect((await walk(`${path}/deliveries`, 1))[0]).toMatchObject({ state: "waiting", attempts: 0 });
  await ask("PUT", `${path}/state`, { body: { isOn: false } });
  expect(await ask("POST", again)).toMatchObject({ status: 409, answer: { code: "conflict" } });
  expect((await ask("POST", `${path}/deliveries/0/send-again`)).status).toBe(409);
});

test("a host's disconnection says what it would cut, and cuts it", async () => {
  const robot = await buyToken(machine);
  const { id } = await connect(robot, "lane 4");
  await connect(robot, "lane 5");
  const path = `/hosts/${id}/disconnect`;
  const preview = await ask("POST", `${path}?dryRun=true`);
  expect(preview.answer).toMatchObject({ hosts: [{ sessionId: id, hostName: "lane 4" }], jobs: [] });
  expect((await ask("POST", `${path}?dryRun=true`, { as: stranger })).status).toBe(410);
  expect((await ask("POST", `${path}?dryRun=true`, { as: viewer })).status).toBe(403);
  expect((await ask("POST", path)).answer).toMatchObject({ disconnectedHosts: ["lane 4"] });
  expect((await ask("POST", `${path}?dryRun=true`)).status).toBe(410);
});

test("rules of use and assets take the place of what was read, where it is said", async () => {
  const rules = `/machines/${machine.machineId}/credentials/${machine.secretId}/rules`;
  const none = { allowedAddresses: [], purchasesMax: null };
  const first = { addresses: "192.0.2.0/24", seen: none };
  expect((await ask("PUT", rules, { body: first })).status).toBe(204);
  const stale = { addresses: "192.0.2.0/25", seen: none };
  expect(await ask("PUT", rules, { body: stale })).toMatchObject({
    status: 409,
    answer: { code: "conflict" },
  });
  const read = { allowedAddresses: ["192.0.2.0/24"], purchasesMax: null };
  expect((await ask("PUT", rules, { body: { ...stale, seen: read } })).status).toBe(204);

  const { assetId } = (await ask("POST", "/assets", { body: { name: "lane", type: "Text", value: "1" } }))
    .answer;
  const [{ updatedAt }] = (await ask("GET", "/assets")).answer.items;
  const own = `/assets/${assetId}/machines/${machine.machineId}/value`;
  const body = { value: "2", seen: { updatedAt } };
  expect((await ask("PUT", own, { body })).status).toBe(204);
  for (const path of [own, `/assets/${assetId}/value`])
    expect(await ask("PUT", path, { body })).toMatchObject({ status: 409, answer: { code: "conflict" } });
  expect((await ask("GET", "/assets")).answer.items).toMatchObject([{ value: "1" }]);
  expect((await ask("PUT", own, { body, as: stranger })).status).toBe(404);
});

test("lists by name and of hosts are walked page by page, each row once, also when the row before it is gone", async () => {
  const names = ["Ä lane", "b~lane", "C lane"];
  for (const name of names) {
    expect((await ask("POST", "/processes", { body: { name } })).status).toBe(201);
    expect((await ask("POST", "/assets", { body: { name, type: "Text", value: "1" } })).status).toBe(201);
  }
  for (const path of ["/processes", "/assets", "/people", "/hosts", "/hosts?state=Disconnected"]) {
    const all = await walk(path, 200);
    expect(all.length, path).toBeGreaterThan(0);
    expect(await walk(path, 1), path).toEqual(all);
  }
  const first = (await ask("GET", "/processes?limit=1")).answer;
  expect((await ask("DELETE", `/processes/${first.items[0].id}`)).status).toBe(204);
  const rest = await walk("/processes", 1, token, first.next);
  expect([...first.items, ...rest].map(({ name }) => name).toSorted()).toEqual(names.toSorted());
  await expectBadQuery(["/processes?cursor=%00", "/hosts?cursor=50", "/hosts?cursor=~x~y"]);

  const rights = { role: "Viewer", managesInstallation: true } as const;
  const manager = await buyToken(await newApiClient(await newInstallationAdmin(), rights));
  const tenants = await walk("/tenants", 200, manager);
  expect(await walk("/tenants", 1, manager)).toEqual(tenants);
  expect(idsOf(tenants)).toContain(owner.tenantId);
  expect((await ask("GET", "/tenants?cursor=1", { as: manager })).status).toBe(400);
});
