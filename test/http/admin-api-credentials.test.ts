import { beforeAll, expect, test } from "vitest";
import { askAdminApi, type Sent } from "@/test/admin-api";
import { newApiClient } from "@/test/deeds/api-client-deeds";
import { newPublicKey } from "@/test/keys";
import { askToken, buyToken, send } from "@/test/robot";
import { newTenantAdmin, provisioned, unique } from "@/test/world";

let token: string;
let viewer: string;
let stranger: string;
/** An Administrator's client, whose secrets are out of reach of the addresses of machines. */
let client: Awaited<ReturnType<typeof newApiClient>>;
let machine: Awaited<ReturnType<typeof provisioned>>;
beforeAll(async () => {
  const [owner, other] = [await newTenantAdmin(), await newTenantAdmin()];
  client = await newApiClient(owner, { role: "Administrator", mayConfirm: true });
  token = await buyToken(client);
  viewer = await buyToken(await newApiClient(owner, { role: "Viewer" }));
  stranger = await buyToken(await newApiClient(other, { role: "Operator" }));
  machine = await provisioned(owner);
});

const ask = (method: string, path: string, { as = token, ...sent }: Partial<Sent> = {}) =>
  askAdminApi(method, path, { as, ...sent });

const at = (path: string) => `/machines/${machine.machineId}${path}`;
const listed = async (kind: "secrets" | "keys") =>
  (await ask("GET", at(`/${kind}`), { as: viewer })).answer.items;
const one = async (id: string) => (await listed("secrets")).find((each: { id: string }) => each.id === id);

/** A viewer may not, and neither another tenant nor an API client's own row is reached by it. */
async function expectClosed(method: string, path: (machineId: string) => string, body?: unknown) {
  expect(await ask(method, path(machine.machineId), { as: viewer, body })).toMatchObject({ status: 403 });
  expect(await ask(method, path(machine.machineId), { as: stranger, body })).toMatchObject({ status: 404 });
  expect(await ask(method, path(client.id), { body })).toMatchObject({ status: 404 });
}

async function connected(hostName: string, credential: { clientId: string; clientSecret: string }) {
  const robot = await buyToken(credential as never);
  expect((await send("POST", "sessions", robot, { hostName })).status).toBe(201);
  return robot;
}

const newSecret = async () => {
  const { status, answer } = await ask("POST", at("/secrets"), { body: { name: unique("secret") } });
  expect(status).toBe(201);
  return answer;
};

test("a secret is added, edited, disabled, enabled and deleted; its value is in the first answer alone", async () => {
  await expectClosed("POST", (id) => `/machines/${id}/secrets`, { name: "x" });
  const secret = await newSecret();
  const path = at(`/credentials/${secret.secretId}`);
  const { name } = await one(secret.secretId);
  const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
  const body = { name, note: "lane 4", expiresAt, seen: { name, note: "", expiresAt: null } };
  expect((await ask("PUT", path, { body })).status).toBe(204);
  expect(await ask("PUT", path, { body })).toMatchObject({ status: 409, answer: { code: "conflict" } });
  expect(await one(secret.secretId)).toMatchObject({
    note: "lane 4",
    expiresAt,
    createdBy: client.machineName,
  });

  const robot = await connected("HOST-OTHER", machine);
  await connected("HOST-1", secret);
  const preview = await ask("POST", `${path}/disable?dryRun=true`, { body: {} });
  expect(preview.answer.hosts).toMatchObject([{ hostName: "HOST-1", credentialId: secret.secretId }]);
  const disabled = await ask("POST", `${path}/disable`, { body: { reason: "lost laptop" } });
  expect(disabled.answer).toEqual({ disconnectedHosts: ["HOST-1"], stoppedJobs: 0 });
  expect(await one(secret.secretId)).toMatchObject({ disabledReason: "lost laptop" });
  expect((await ask("POST", `${path}/enable`)).status).toBe(204);
  expect((await askToken(secret)).status).toBe(200);
  expect((await ask("POST", `${path}/delete`, { body: {} })).status).toBe(200);
  expect(await ask("POST", `${path}/enable`)).toMatchObject({ status: 410, answer: { code: "gone" } });
  expect((await send("GET", "me", robot)).status).toBe(200);
  expect(JSON.stringify(await listed("secrets"))).not.toContain(secret.clientSecret);
  await expectClosed("POST", (id) => `/machines/${id}/credentials/${client.secretId}/delete`, {
    confirmedLast: true,
  });
});

test("a key is added and listed", async () => {
  const body = { name: unique("key"), publicKey: await newPublicKey() };
  const { status, answer } = await ask("POST", at("/keys"), { body });
  expect(status).toBe(201);
  expect(await listed("keys")).toMatchObject([{ id: answer.keyId, name: body.name }]);
  const wrong = await ask("POST", at("/keys"), { body: { ...body, publicKey: "x" } });
  expect(wrong).toMatchObject({ status: 422, answer: { errors: [{ field: "publicKey" }] } });
});

test("rules of use are foreseen and saved", async () => {
  const { secretId } = await newSecret();
  const path = at(`/credentials/${secretId}/rules`);
  const body = { addresses: "10.0.0.0/8", purchasesMax: 3 };
  const foreseen = await ask("PUT", `${path}?dryRun=true`, { body });
  expect(foreseen.answer).toEqual({ seenAs: expect.any(String), problem: null, refused: [], allowed: [] });
  expect((await one(secretId)).allowedAddresses).toEqual([]);
  expect((await ask("PUT", path, { body })).status).toBe(204);
  expect(await one(secretId)).toMatchObject({ allowedAddresses: ["10.0.0.0/8"], purchasesMax: 3 });
  const wrong = await ask("PUT", path, { body: { addresses: "10.0.0.1/8" } });
  expect(wrong).toMatchObject({ status: 422, answer: { errors: [{ field: "addresses" }] } });
  const others = await ask("PUT", at(`/credentials/${client.secretId}/rules?dryRun=true`), { body });
  expect(others.status).toBe(404);
});

test("a deletion is rehearsed, and the rehearsal cancelled", async () => {
  const { secretId } = await newSecret();
  const endsAt = new Date(Date.now() + 3_600_000).toISOString();
  const path = at(`/credentials/${secretId}/rehearse`);
  expect((await ask("POST", path, { body: { endsAt } })).status).toBe(204);
  const rehearsals = async () => (await ask("GET", at("/rehearsals"), { as: viewer })).answer.items;
  const [rehearsal] = await rehearsals();
  expect(rehearsal).toMatchObject({ credentialId: secretId, endsAt });
  const cancel = at(`/rehearsals/${rehearsal.id}/cancel`);
  expect((await ask("POST", cancel, { as: stranger })).status).toBe(404);
  expect((await ask("POST", cancel)).status).toBe(204);
  expect(await rehearsals()).toEqual([]);
});

test("a secret is rotated; the new one is shown once, and hosts that move are counted", async () => {
  const old = await newSecret();
  await connected("HOST-2", old);
  const path = at(`/credentials/${old.secretId}/rotate`);
  const headers = { "idempotency-key": unique("rotation") };
  const rotated = await ask("POST", path, { body: { retirement: "moved" }, headers });
  expect(rotated).toMatchObject({ status: 201, answer: { secret: { clientSecret: expect.any(String) } } });
  const again = await ask("POST", path, { body: { retirement: "moved" }, headers });
  expect(again.answer).toMatchObject({ rotationId: rotated.answer.rotationId, secretsShown: true });
  expect(again.text).not.toContain(rotated.answer.secret.clientSecret);
  const open = async () => (await ask("GET", at("/rotations"), { as: viewer })).answer.items;
  expect(await open()).toMatchObject([{ moved: 0, waiting: 1, waitingHosts: [{ hostName: "HOST-2" }] }]);
  const rotation = at(`/rotations/${rotated.answer.rotationId}`);
  expect((await ask("POST", `${rotation}/cancel`, { body: { deletesSuccessor: true } })).status).toBe(200);
  expect(await open()).toEqual([]);
  expect(await ask("POST", `${rotation}/end`)).toMatchObject({ status: 410 });
});

test("hosts are listed page by page, and disconnected", async () => {
  for (const hostName of ["HOST-A", "HOST-B"]) await connected(hostName, machine);
  const first = await ask("GET", "/hosts?limit=1&state=Available&host=HOST-A", { as: viewer });
  expect(first.answer.items).toMatchObject([{ hostName: "HOST-A", machineName: machine.machineName }]);
  const path = `/hosts/${first.answer.items[0].sessionId}/disconnect`;
  expect((await ask("POST", path, { as: viewer })).status).toBe(403);
  expect((await ask("POST", path, { as: stranger })).status).toBe(410);
  expect((await ask("POST", path)).answer).toEqual({ disconnectedHosts: ["HOST-A"], stoppedJobs: 0 });
  const { answer } = await ask("POST", "/hosts/remove-dead");
  expect(answer.removed).toBeGreaterThan(0);
});
