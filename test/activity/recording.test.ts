import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { listCredentialUses, listTokenRequests } from "@/lib/activity/queries";
import { flushTokenRequests } from "@/lib/activity/token-requests";
import type { UserActor } from "@/lib/ctx";
import { disableMachine } from "@/lib/workflows/disable-machines";
import { dumpDatabase } from "@/test/dump";
import { ASSERTION_TYPE, addedKey, assertion } from "@/test/keys";
import { askToken, askTokenByPost, basic, forged, postForm } from "@/test/robot";
import {
  act,
  ask,
  CALLER_ADDRESS,
  call,
  newTenantAdmin,
  ORIGIN,
  type Provisioned,
  prisma,
  provisioned,
} from "@/test/world";

let admin: UserActor;
let machine: Provisioned;

beforeAll(async () => {
  admin = await newTenantAdmin();
});
afterEach(() => vi.useRealTimers());

const newest = { order: "newest first", limit: 100 } as const;
const rowsOf = (who = admin, machineId = machine.machineId) =>
  ask(who, (ctx) => listTokenRequests(ctx, { machine: machineId }, newest), null);

const askAs = (agent: string, clientSecret = machine.clientSecret) =>
  postForm(
    { grant_type: "client_credentials" },
    { ...basic({ clientId: machine.clientId, clientSecret }), "user-agent": agent },
  );

describe("every token request is recorded", () => {
  beforeAll(async () => {
    machine = await provisioned(admin);
  });

  test("a granted one with its machine, secret, address and user agent", async () => {
    expect((await askAs("robot/1.2 (linux)")).status).toBe(200);
    await flushTokenRequests();
    expect(await rowsOf()).toEqual([
      {
        id: expect.stringMatching(/^\d+$/),
        machineId: machine.machineId,
        credentialId: machine.secretId,
        outcome: "Granted",
        code: null,
        reason: null,
        address: CALLER_ADDRESS,
        userAgent: "robot/1.2 (linux)",
        at: expect.any(Date),
        lastAt: expect.any(Date),
        isFolded: false,
        count: 1,
      },
    ]);
  });

  test("a refused one with the code that was answered and the reason that was not", async () => {
    const response = await askAs("robot/1.2", forged(machine));
    expect(await response.text()).not.toContain("wrong");
    await flushTokenRequests();
    expect((await rowsOf())[0]).toMatchObject({
      credentialId: machine.secretId,
      outcome: "Refused",
      code: "invalid_client",
      reason: "secret_wrong",
      address: CALLER_ADDRESS,
    });
  });

  test.each([
    ["a scope that is not granted", () => askToken(machine, { scope: "OR.Everything" }), "scope_not_granted"],
    ["another grant", () => askToken(machine, { grant_type: "password" }), "grant_not_supported"],
    ["another resource", () => askToken(machine, { resource: "https://elsewhere.test" }), "resource_unknown"],
    ["a parameter twice", () => postForm("scope=a&scope=b", basic(machine)), "request_malformed"],
    [
      "garbage for a secret",
      () => askTokenByPost({ ...machine, clientSecret: "garbage" }),
      "secret_malformed",
    ],
    [
      "a broken proof",
      () => postForm({ grant_type: "client_credentials" }, { ...basic(machine), dpop: "x" }),
      "proof_invalid",
    ],
  ])("%s is told from the others", async (_, send, reason) => {
    expect((await send()).status).toBeGreaterThanOrEqual(400);
    await flushTokenRequests();
    expect((await rowsOf())[0]).toMatchObject({ outcome: "Refused", reason });
  });

  test("a secret of another machine is refused under the client that was named, and not under its own", async () => {
    const other = await provisioned(admin);
    await askToken({ clientId: other.clientId, clientSecret: machine.clientSecret });
    await flushTokenRequests();
    expect(await rowsOf(admin, other.machineId)).toMatchObject([
      { reason: "secret_of_another_client", credentialId: null },
    ]);
  });

  test("an assertion under the key it names, by its id or its thumbprint", async () => {
    const owner = await provisioned(admin);
    const key = await addedKey(admin, owner);
    const send = async (claims: object, header: object) =>
      postForm({
        grant_type: "client_credentials",
        client_assertion_type: ASSERTION_TYPE,
        client_assertion: await assertion(key, `${ORIGIN}/api/identity`, { ...claims }, { ...header }),
      });
    const { thumbprint } = await prisma().credential.findUniqueOrThrow({
      where: { id: key.keyId },
      select: { thumbprint: true },
    });
    expect((await send({}, {})).status).toBe(200);
    expect((await send({ exp: 1, iat: 0 }, { kid: thumbprint })).status).toBe(401);
    expect((await send({}, { kid: "\0".repeat(20) })).status).toBe(401);
    await flushTokenRequests();
    expect(await rowsOf(admin, owner.machineId)).toMatchObject([
      { outcome: "Refused", credentialId: null, reason: "assertion_key_unknown" },
      { outcome: "Refused", credentialId: key.keyId },
      { outcome: "Granted", credentialId: key.keyId },
    ]);
  });

  test("of a disabled machine too", async () => {
    const held = await provisioned(admin);
    await act(admin, disableMachine, { machineId: held.machineId });
    await askToken(held);
    await flushTokenRequests();
    expect(await rowsOf(admin, held.machineId)).toMatchObject([{ reason: "machine_disabled" }]);
  });

  test("but not who names no client of ours, nor the step in which a client asks for a nonce", async () => {
    const before = await prisma().tokenRequest.count();
    await askToken({ ...machine, clientId: crypto.randomUUID() });
    await askToken({ ...machine, clientId: machine.clientSecret });
    await postForm("grant_type=client_credentials");
    await flushTokenRequests();
    expect(await prisma().tokenRequest.count()).toBe(before);
  });
});

test("it is written by itself within a second", async () => {
  machine = await provisioned(admin);
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  await askToken(machine);
  expect(await rowsOf()).toEqual([]);
  vi.advanceTimersByTime(800);
  vi.useRealTimers();
  await expect.poll(() => rowsOf()).toHaveLength(1);
});

test("uses of a secret are counted by address, and only grants are uses", async () => {
  machine = await provisioned(admin);
  for (const address of ["10.0.0.1", "10.0.0.2", "10.0.0.1"]) {
    await call("POST", "/api/identity/connect/token", {
      address,
      headers: { "content-type": "application/x-www-form-urlencoded", ...basic(machine) },
      body: "grant_type=client_credentials",
    });
  }
  await askToken({ ...machine, clientSecret: forged(machine) });
  await flushTokenRequests();
  const [use] = await ask(admin, listCredentialUses, [machine.secretId]);
  expect(use).toMatchObject({ count: 3, addressCount: 2, addresses: ["10.0.0.1", "10.0.0.2"] });
  expect(use?.lastAt.getTime()).toBeGreaterThanOrEqual(use?.firstAt.getTime() ?? Number.NaN);
});

test("no secret, token or assertion is in a row, wherever the client put it, and a user agent is one short line", async () => {
  machine = await provisioned(admin);
  const key = await addedKey(admin, machine);
  const proof = await assertion(key, "https://elsewhere.test");
  const answer = await askAs(`a\tb ${machine.clientSecret} ${"x".repeat(500)}`);
  const { access_token } = (await answer.json()) as { access_token: string };
  await askTokenByPost({ clientId: machine.clientSecret, clientSecret: machine.clientSecret });
  await askToken(machine, { scope: machine.clientSecret });
  await postForm({
    grant_type: "client_credentials",
    client_assertion_type: ASSERTION_TYPE,
    client_assertion: proof,
  });
  await flushTokenRequests();
  const dump = await dumpDatabase();
  const text = ["token_requests", "token_request_hours", "credential_uses"]
    .flatMap((table) => dump[table])
    .join("\n");
  expect(text).toContain(machine.machineId);
  for (const secret of [machine.clientSecret, access_token, proof]) expect(text).not.toContain(secret);
  const agents = (await rowsOf()).map(({ userAgent }) => userAgent ?? "");
  expect(agents.find((agent) => agent.startsWith("a b lks_… x"))).toHaveLength(200);
});

test("another tenant sees none of it, not even when it knows the ids", async () => {
  machine = await provisioned(admin);
  await askToken(machine);
  await flushTokenRequests();
  const stranger = await newTenantAdmin();
  expect(await rowsOf(stranger)).toEqual([]);
  expect(await ask(stranger, (ctx) => listTokenRequests(ctx, {}, newest), null)).toEqual([]);
  expect(await ask(stranger, listCredentialUses, [machine.secretId])).toEqual([]);
});
