import { randomUUID } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { invitePerson } from "@/lib/users/commands/invite";
import { askAdminApi, type Sent } from "@/test/admin-api";
import { newApiClient } from "@/test/deeds/api-client-deeds";
import { askToken, buyToken, connect } from "@/test/robot";
import { act, newAdmin, newInstallationAdmin, newTenantAdmin, provisioned, unique } from "@/test/world";

let owner: UserActor;
let token: string;
let clientName: string;
let viewer: string;
let stranger: string;
beforeAll(async () => {
  owner = await newTenantAdmin();
  const rights = { role: "Administrator", mayConfirm: true } as const;
  const client = await newApiClient(owner, rights);
  clientName = client.machineName;
  token = await buyToken(client);
  viewer = await buyToken(await newApiClient(owner, { role: "Viewer" }));
  stranger = await buyToken(await newApiClient(await newTenantAdmin(), rights));
});

const ask = (method: string, path: string, { as = token, ...sent }: Partial<Sent> = {}) =>
  askAdminApi(method, path, { as, ...sent });

const add = async (path: string, body: unknown) => {
  const made = await ask("POST", path, { body });
  expect(made.status).toBe(201);
  return made.answer;
};

/** A viewer may not, and another tenant has no such thing. */
async function expectClosed(method: string, path: string, body?: unknown) {
  const [refused, unknown] = await Promise.all(
    [viewer, stranger].map((as) => ask(method, path, { as, body })),
  );
  expect(refused).toMatchObject({ status: 403, answer: { code: "forbidden" } });
  expect(unknown?.status).toBe(404);
}

test("processes are added, listed, saved and deleted", async () => {
  const body = { name: unique("process"), defaultInput: { lane: 4 } };
  const { processId } = await add("/processes", body);
  const path = `/processes/${processId}`;
  const listed = async () => (await ask("GET", "/processes", { as: viewer })).answer.items;
  expect(await listed()).toEqual([
    expect.objectContaining({ id: processId, ...body, runtimeType: "Unattended", createdBy: clientName }),
  ]);
  const saved = { name: body.name, runtimeType: "Testing", defaultInput: null };
  await expectClosed("PUT", path, saved);
  expect((await ask("PUT", path, { body: saved })).status).toBe(204);
  expect(await listed()).toEqual([expect.objectContaining(saved)]);
  expect(await ask("POST", "/processes", { body })).toMatchObject({
    status: 409,
    answer: { code: "conflict", errors: [{ field: "name" }] },
  });
  await expectClosed("DELETE", path);
  expect((await ask("DELETE", path)).status).toBe(204);
  expect(await listed()).toEqual([]);
});

test("a process that somebody else saved meanwhile is not overwritten by who says what they read", async () => {
  const seen = {
    name: unique("process"),
    description: "",
    runtimeType: "Unattended",
    defaultInput: { lane: 4 },
  };
  const { processId } = await add("/processes", seen);
  const save = (description: string) =>
    ask("PUT", `/processes/${processId}`, { body: { ...seen, description, seen } });
  expect((await save("first")).status).toBe(204);
  expect(await save("second")).toMatchObject({ status: 409, answer: { code: "conflict" } });
});

test("saving how clients authenticate says on a dry run which hosts and jobs it would cut, and cuts them then", async () => {
  const admin = await newTenantAdmin();
  const as = await buyToken(await newApiClient(admin, { role: "Administrator" }));
  const follows = await provisioned(admin);
  const decides = await provisioned(admin, { clientAuthentication: "Any" });
  for (const machine of [follows, decides]) await connect(await buyToken(machine), machine.machineName);
  const hostsOf = ({ answer }: { answer: { hosts: { hostName: string }[] } }) =>
    answer.hosts.map(({ hostName }) => hostName);
  const path = `/machines/${decides.machineId}`;
  const save = (clientAuthentication: string | null, query = "") =>
    ask("PUT", `${path}${query}`, {
      as,
      body: { name: decides.machineName, clientAuthentication },
      headers: { "if-match": '"1"' },
    });
  for (const kind of ["Any", "Secret", null]) expect(hostsOf(await save(kind, "?dryRun=true"))).toEqual([]);
  expect(hostsOf(await save("Key", "?dryRun=true"))).toEqual([decides.machineName]);
  expect(await save("Key")).toMatchObject({ answer: { disconnectedHosts: [decides.machineName] } });

  const { installationLifetimeSeconds, ...seen } = (await ask("GET", "/settings/token-defaults", { as }))
    .answer;
  const body = { defaults: { ...seen, clientAuthentication: "Key" }, seen };
  const defaults = (query: string) => ask("PUT", `/settings/token-defaults${query}`, { as, body });
  expect(hostsOf(await defaults("?dryRun=true"))).toEqual([follows.machineName]);
  expect(await defaults("")).toMatchObject({ answer: { disconnectedHosts: [follows.machineName] } });
});

test("jobs are started with JSON, walked page by page, and stopped or killed", async () => {
  const { processId } = await add("/processes", { name: unique("process"), defaultInput: "as ever" });
  const start = async (input?: unknown) => (await add("/jobs", { processId, input })).jobId;
  const ids: string[] = [];
  for (const input of [undefined, { order: 17 }, null]) ids.unshift(await start(input));
  const first = await ask("GET", `/jobs?process=${processId}&limit=2`, { as: viewer });
  const cursor = encodeURIComponent(first.answer.next);
  const second = await ask("GET", `/jobs?process=${processId}&limit=2&cursor=${cursor}`);
  const seen = [...first.answer.items, ...second.answer.items];
  expect(seen.map(({ id }: { id: string }) => id)).toEqual(ids);
  expect(second.answer.next).toBeNull();
  const inputs = await Promise.all(ids.map(async (id) => (await ask("GET", `/jobs/${id}`)).answer.input));
  expect(inputs).toEqual([null, { order: 17 }, "as ever"]);

  await expectClosed("POST", `/jobs/${ids[0]}/stop`);
  await expectClosed("POST", `/jobs/${ids[0]}/kill`);
  expect((await ask("GET", `/jobs/${ids[0]}`, { as: stranger })).status).toBe(404);
  expect((await ask("POST", `/jobs/${ids[0]}/stop`)).status).toBe(204);
  expect((await ask("POST", `/jobs/${ids[1]}/kill`)).status).toBe(204);
  expect((await ask("POST", `/jobs/${ids[1]}/kill`)).status).toBe(409);
  const stopped = await ask("GET", `/jobs?process=${processId}&state=Stopped`);
  expect(stopped.answer.items).toHaveLength(2);
  expect(await ask("POST", "/jobs", { body: { processId: randomUUID() } })).toMatchObject({
    status: 404,
    answer: { errors: [{ field: "processId" }] },
  });
  expect((await ask("GET", "/jobs?cursor=behind")).answer).toMatchObject({ code: "invalid_query" });
});

test("assets are added, set, listed and deleted; a credential's value is never answered", async () => {
  const { machineId } = await provisioned(owner);
  const plain = await add("/assets", { name: unique("a"), type: "Number", value: "1" });
  const name = unique("b");
  const secret = await add("/assets", {
    name,
    type: "Credential",
    username: "robot",
    value: "hidden-value-1",
  });
  const [path, hidden] = [`/assets/${plain.assetId}`, `/assets/${secret.assetId}`];
  const own = `machines/${machineId}/value`;
  await expectClosed("PUT", `${path}/value`, { value: "2" });
  await expectClosed("PUT", `${path}/${own}`, { value: "2" });
  expect((await ask("PUT", `${path}/value`, { body: { value: "2" } })).status).toBe(204);
  expect((await ask("PUT", `${path}/${own}`, { body: { value: "3" } })).status).toBe(204);
  const set = { username: "robot", value: "hidden-value-2" };
  expect((await ask("PUT", `${hidden}/${own}`, { body: set })).status).toBe(204);
  const { answer } = await ask("GET", "/assets");
  const [number, credential] = [plain, secret].map(({ assetId }) =>
    answer.items.find(({ id }: { id: string }) => id === assetId),
  );
  expect(number).toMatchObject({ value: "2", machineValues: [{ machineId, value: "3" }] });
  expect(credential).toMatchObject({ name, value: null, machineValues: [{ machineId, value: null }] });
  expect(JSON.stringify(answer)).not.toMatch(/hidden-value|robot/);

  await expectClosed("DELETE", `${path}/${own}`);
  expect((await ask("DELETE", `${path}/${own}`)).status).toBe(204);
  await expectClosed("DELETE", path);
  expect((await ask("DELETE", path)).status).toBe(204);
  const left = await ask("GET", "/assets", { as: viewer });
  expect(left.answer.items).toEqual([expect.objectContaining({ id: secret.assetId })]);
});

test("people get another role, are disabled, enabled and removed; invites are revoked", async () => {
  const made = await newAdmin({ id: owner.tenantId, slug: "" }, "Administrator");
  const { id } = made;
  const client = await newApiClient(made, { role: "Operator" });
  const path = `/people/${id}`;
  const person = async () => {
    const { answer } = await ask("GET", "/people");
    return answer.items.find((each: { id: string }) => each.id === id);
  };
  expect((await ask("GET", "/people", { as: viewer })).status).toBe(403);
  const body = { role: "Viewer" };
  await expectClosed("PUT", `${path}/role`, body);
  expect(await ask("PUT", `${path}/role`, { body })).toMatchObject({
    status: 409,
    answer: { errors: [{ field: "apiClients" }] },
  });
  expect(await ask("PUT", `${path}/role`, { body: { ...body, apiClients: "disable" } })).toMatchObject({
    status: 204,
  });
  expect((await askToken(client)).status).toBe(401);
  await expectClosed("POST", `${path}/disable`);
  expect((await ask("POST", `${path}/disable`, { body: { apiClients: "keep" } })).status).toBe(204);
  expect(await person()).toMatchObject({ role: "Viewer", isDisabled: true });
  await expectClosed("POST", `${path}/enable`);
  expect((await ask("POST", `${path}/enable`)).status).toBe(204);
  expect(await person()).toMatchObject({ isDisabled: false });
  await expectClosed("POST", `${path}/remove`);
  expect((await ask("POST", `${path}/remove`, { body: { apiClients: "delete" } })).status).toBe(204);
  expect(await person()).toBeUndefined();

  await act(owner, invitePerson, { email: "ada@latchkey.test", role: "Operator" });
  const { answer } = await ask("GET", "/invites");
  expect(answer.items).toMatchObject([{ email: "ada@latchkey.test", createdBy: owner.name }]);
  const invite = `/invites/${answer.items[0].id}`;
  expect((await ask("DELETE", invite, { as: viewer })).status).toBe(403);
  expect((await ask("DELETE", invite, { as: stranger })).status).toBe(410);
  expect((await ask("DELETE", invite)).status).toBe(204);
  const as = await buyToken(await newApiClient(owner, { role: "Administrator" }));
  expect((await ask("DELETE", invite, { as })).answer).toMatchObject({ code: "confirmation_needed" });
});

test("settings are read and saved against what was read", async () => {
  const save = async (path: string, body: unknown) => {
    expect((await ask("PUT", path, { as: viewer, body })).status).toBe(403);
    return (await ask("PUT", path, { body })).status;
  };
  const { answer: seen } = await ask("GET", "/settings/limits", { as: viewer });
  const limits = { ...seen, machinesMax: 900 };
  expect(await save("/settings/limits", { limits, seen })).toBe(204);
  expect(await save("/settings/limits", { limits, seen })).toBe(409);
  expect((await ask("GET", "/settings/limits")).answer).toEqual(limits);

  const { answer: read } = await ask("GET", "/settings/token-defaults", { as: viewer });
  const { installationLifetimeSeconds, ...before } = read;
  const defaults = { ...before, tokenLifetimeSeconds: 600 };
  expect(await save("/settings/token-defaults", { defaults, seen: before })).toBe(200);
  expect((await ask("GET", "/settings/token-defaults")).answer).toEqual({
    ...defaults,
    installationLifetimeSeconds,
  });

  const { answer: leak } = await ask("GET", "/settings/leak-response", { as: viewer });
  const chosen = leak.leakResponse === "Tell" ? "Disable" : "Tell";
  expect(await save("/settings/leak-response", { leakResponse: chosen, seen: leak.leakResponse })).toBe(204);
  expect((await ask("GET", "/settings/leak-response")).answer).toEqual({ leakResponse: chosen });
});

test("signing keys and tenants are for who manages the installation", async () => {
  const manager = await newInstallationAdmin();
  const rights = { role: "Viewer", managesInstallation: true, mayConfirm: true } as const;
  const as = await buyToken(await newApiClient(manager, rights));
  const rename = `/tenants/${owner.tenantId}/name`;
  for (const path of ["/signing-keys", "/tenants"]) expect((await ask("GET", path)).status).toBe(403);
  for (const path of ["/signing-keys/rotate", "/signing-keys/x/withdraw"])
    expect((await ask("POST", path, { body: {} })).status).toBe(403);
  expect((await ask("PUT", rename, { body: { name: "Renamed", seen: "" } })).status).toBe(403);

  const { answer: tenants } = await ask("GET", "/tenants?limit=200", { as });
  const { name: seen } = tenants.items.find(({ id }: { id: string }) => id === owner.tenantId);
  expect((await ask("PUT", rename, { as, body: { name: "Renamed", seen } })).status).toBe(204);
  const { answer: made } = await ask("POST", "/signing-keys/rotate", { as, body: {} });
  const withdraw = `/signing-keys/${made.kid}/withdraw`;
  expect((await ask("POST", `${withdraw}?dryRun=true`, { as, body: {} })).answer).toEqual({
    kid: made.kid,
    isActive: false,
    liveTokens: 0,
  });
  expect((await ask("POST", withdraw, { as, body: {} })).answer).toMatchObject({ newActiveKid: null });
  const { answer: keys } = await ask("GET", "/signing-keys", { as });
  expect(keys.items).toContainEqual(expect.objectContaining({ kid: made.kid, state: "Withdrawn" }));
});

test("webhooks are added, changed, switched, given a new secret and removed", async () => {
  const [url, kinds] = ["https://alerts.latchkey.test/in", ["leak.reported"]];
  const { webhookId, secret } = await add("/webhooks", { url, kinds });
  const path = `/webhooks/${webhookId}`;
  expect((await ask("GET", "/webhooks", { as: viewer })).status).toBe(403);
  const change = { url, kinds: ["rotation.stuck"], seen: { url, kinds } };
  await expectClosed("PUT", path, change);
  expect((await ask("PUT", path, { body: change })).status).toBe(204);
  await expectClosed("PUT", `${path}/state`, { isOn: false });
  expect((await ask("PUT", `${path}/state`, { body: { isOn: false } })).status).toBe(204);
  await expectClosed("POST", `${path}/rotate-secret`);
  const rotated = await ask("POST", `${path}/rotate-secret`);
  expect(rotated.answer.secret).not.toBe(secret);
  const { answer } = await ask("GET", "/webhooks");
  expect(answer.items).toMatchObject([
    { id: webhookId, kinds: change.kinds, offSince: expect.any(String), waiting: 0 },
  ]);
  expect(JSON.stringify(answer)).not.toContain(rotated.answer.secret);
  await expectClosed("DELETE", path);
  expect((await ask("DELETE", path)).status).toBe(204);
  expect((await ask("GET", "/webhooks")).answer.items).toEqual([]);
});
