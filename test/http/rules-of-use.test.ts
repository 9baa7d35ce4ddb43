import { beforeEach, describe, expect, test } from "vitest";
import { listUsesByAddress } from "@/lib/activity/queries";
import { flushTokenRequests } from "@/lib/activity/token-requests";
import { isAuthentic, ROW } from "@/lib/credentials/authentic";
import { listSecrets } from "@/lib/credentials/queries";
import { editRulesSchema } from "@/lib/credentials/schema";
import type { UserActor } from "@/lib/ctx";
import { foreseeRules } from "@/lib/fleet/queries/foresee-rules";
import { addSecret } from "@/lib/machines/commands/add-secret";
import { rotateCredentialSchema } from "@/lib/rotations/schema";
import { editRules } from "@/lib/workflows/edit-rules";
import { rotateCredential } from "@/lib/workflows/rotate-credential";
import { ASSERTION_TYPE, addedKey, assertion } from "@/test/keys";
import { basic, buyToken, connect, ORCHESTRATOR, send, TOKEN_ENDPOINT } from "@/test/robot";
import { hearersOf, listenTo } from "@/test/streams";
import {
  act,
  ask,
  call,
  newTenantAdmin,
  ORIGIN,
  type Provisioned,
  prisma,
  provisioned,
  refusal,
} from "@/test/world";

let admin: UserActor;
let machine: Provisioned;
beforeEach(async () => {
  admin = await newTenantAdmin();
  machine = await provisioned(admin);
});

const INSIDE = "10.1.2.3";
const OUTSIDE = "192.0.2.9";

type Rules = { addresses?: string; purchasesMax?: number | null; confirmed?: boolean };
const setRules = (rules: Rules, credentialId = machine.secretId) =>
  act(admin, editRules, editRulesSchema.parse({ machineId: machine.machineId, credentialId, ...rules }));
const form = { "content-type": "application/x-www-form-urlencoded" };
const askFrom = (address: string, parameters: Record<string, string> = {}, headers = basic(machine)) =>
  call("POST", TOKEN_ENDPOINT, {
    address,
    headers: { ...form, ...headers },
    body: new URLSearchParams({ grant_type: "client_credentials", ...parameters }).toString(),
  });
const buyFrom = async (address: string) =>
  ((await (await askFrom(address)).json()) as { access_token: string }).access_token;
const meFrom = async (address: string, token: string, method = "GET", path = "me", body?: object) =>
  (
    await call(method, `${ORCHESTRATOR}/${path}`, {
      address,
      headers: { authorization: `Bearer ${token}`, ...(body && { "content-type": "application/json" }) },
      ...(body && { body: JSON.stringify(body) }),
    })
  ).status;
const reasons = async () => {
  await flushTokenRequests();
  const rows = await prisma().tokenRequest.findMany({
    where: { machineId: machine.machineId, outcome: "Refused" },
  });
  return rows.flatMap(({ reason, count }) => Array.from({ length: count }, () => reason));
};

describe("a credential that may be used from some addresses only", () => {
  test("buys tokens there, and nothing of it works elsewhere, whatever is known of it", async () => {
    const before = await buyFrom(OUTSIDE);
    await flushTokenRequests();
    await setRules({ addresses: "10.0.0.0/8, 2001:db8::/48", confirmed: true });
    const token = await buyFrom(INSIDE);
    expect(await meFrom(INSIDE, token)).toBe(200);
    expect(await meFrom("2001:db8:0:7::1", token)).toBe(200);
    expect(await meFrom(INSIDE, token, "POST", "sessions", { hostName: "INSIDE" })).toBe(201);
    for (const address of [OUTSIDE, "2001:db8:1::1", "11.0.0.0", "unknown"]) {
      const refused = await askFrom(address);
      expect([refused.status, await refused.json()]).toMatchObject([401, { error: "invalid_client" }]);
      for (const bought of [token, before]) expect(await meFrom(address, bought)).toBe(401);
      expect(await meFrom(address, token, "POST", "sessions", { hostName: "OUT" })).toBe(401);
    }
    const { id } = await prisma().session.findFirstOrThrow({ where: { machineId: machine.machineId } });
    const beat = `sessions/${id}/heartbeat`;
    expect(await meFrom(INSIDE, token, "POST", beat, {})).toBe(200);
    expect(await meFrom(OUTSIDE, token, "POST", beat, {})).toBe(401);
    expect(await meFrom(INSIDE, token)).toBe(200);
    expect(await reasons()).toEqual(Array.from({ length: 4 }, () => "address_not_allowed"));
  });

  test("is let in from anywhere again when nothing is left of them, and has the MAC of before", async () => {
    const row = () => prisma().credential.findUniqueOrThrow({ where: { id: machine.secretId }, select: ROW });
    const { mac } = await row();
    await setRules({ addresses: "10.0.0.0/8" });
    expect((await askFrom(OUTSIDE)).status).toBe(401);
    expect(isAuthentic(await row())).toBe(true);
    await setRules({});
    expect((await askFrom(OUTSIDE)).status).toBe(200);
    expect((await row()).mac).toEqual(mac);
  });

  test("cuts the streams and long polls of hosts outside them at the change, and no other credential's", async () => {
    const token = await buyToken(machine);
    const other = await buyToken(await act(admin, addSecret, machine));
    const [listening, polling, staying] = await Promise.all([
      connect(token, "LISTENING"),
      connect(token, "POLLING"),
      connect(other, "STAYING"),
    ]);
    const stream = await listenTo(listening.id, token);
    const kept = await listenTo(staying.id, other);
    const poll = send("POST", `sessions/${polling.id}/jobs/next`, token, { waitSeconds: 30 });
    await expect.poll(() => hearersOf(`session ${polling.id}`)).toBe(1);
    await setRules({ addresses: "10.0.0.0/8", confirmed: true });
    expect(await stream.next()).toBeNull();
    expect((await poll).status).toBe(401);
    expect(hearersOf(`session ${staying.id}`)).toBe(1);
    await kept.hangUp();
  });

  test("is a key as well", async () => {
    const key = await addedKey(admin, machine);
    await setRules({ addresses: INSIDE }, key.keyId);
    const present = async (address: string) =>
      (
        await askFrom(
          address,
          {
            client_assertion_type: ASSERTION_TYPE,
            client_assertion: await assertion(key, `${ORIGIN}/api/identity`),
          },
          {},
        )
      ).status;
    expect([await present(OUTSIDE), await present(INSIDE)]).toEqual([401, 200]);
  });

  test("leaves its addresses to its successor, and not how much it may buy", async () => {
    await setRules({ addresses: "10.0.0.0/8", purchasesMax: 1 });
    const rotated = await act(
      admin,
      rotateCredential,
      rotateCredentialSchema.parse({
        machineId: machine.machineId,
        credentialId: machine.secretId,
        retirement: "moved",
        handsOver: false,
      }),
    );
    const successor = basic({ ...machine, clientSecret: rotated.secret?.clientSecret ?? "" });
    const asked = [OUTSIDE, INSIDE, INSIDE].map((address) => askFrom(address, {}, successor));
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([401, 200, 200]);
  });

  test("is refused as tampered when somebody widens them by hand", async () => {
    await setRules({ addresses: "10.0.0.0/8" });
    const widened = ["{10.0.0.0/8,192.0.2.0/24}", "{}"];
    for (const addresses of widened) {
      await prisma()
        .$executeRaw`UPDATE credentials SET allowed_addresses = ${addresses}::text[] WHERE id = ${machine.secretId}`;
      expect((await askFrom(INSIDE)).status).toBe(401);
    }
    expect(await reasons()).toEqual(["credential_tampered", "credential_tampered"]);
  });

  test("says before what of its last uses would have been refused, and asks whether that is meant", async () => {
    await buyFrom(OUTSIDE);
    await buyFrom(OUTSIDE);
    await buyFrom(INSIDE);
    await flushTokenRequests();
    const foreseen = await ask(admin, foreseeRules, {
      credentialId: machine.secretId,
      addresses: "10.0.0.0/8",
    });
    expect(foreseen).toMatchObject({
      seenAs: admin.address,
      problem: null,
      refused: [{ address: OUTSIDE, count: 2 }],
      allowed: [{ address: INSIDE, count: 1 }],
    });
    expect(await refusal(setRules({ addresses: "10.0.0.0/8" }))).toMatchObject({
      code: "conflict",
      field: "confirmed",
    });
    await setRules({ addresses: `10.0.0.0/8\n${OUTSIDE}` });
    await setRules({ addresses: "10.0.0.0/8", confirmed: true });
    const [shown] = await ask(admin, listSecrets, machine);
    expect(shown).toMatchObject({ allowedAddresses: ["10.0.0.0/8"], purchasesMax: null });
    const events = await prisma().auditEvent.findMany({
      where: { credentialId: machine.secretId, type: "credential.rules_changed" },
      orderBy: { id: "asc" },
    });
    expect(events.map(({ details }) => details)).toMatchObject([
      { before: { allowedAddresses: [] }, after: { allowedAddresses: ["10.0.0.0/8", OUTSIDE] } },
      { after: { allowedAddresses: ["10.0.0.0/8"] } },
    ]);
    expect(
      await ask(await newTenantAdmin(), (ctx) => listUsesByAddress(ctx, machine.secretId, new Date(0)), null),
    ).toEqual([]);
  });

  test.each([
    ["10.1.2.3/8", "write 10.0.0.0/8"],
    ["0.0.0.0/0", "leave the field empty"],
    ["10.0.0.0/8, ::/0", "leave the field empty"],
    ["somewhere", "is neither an address nor a range"],
    [Array.from({ length: 51 }, (_, index) => `10.0.0.${index}`).join("\n"), "at most 50"],
  ])("is never made by %s", async (addresses, message) => {
    expect(await refusal(setRules({ addresses }))).toMatchObject({
      code: "invalid",
      field: "addresses",
      message: expect.stringContaining(message),
    });
  });
});

describe("a credential that may buy so many tokens", () => {
  test("buys exactly so many, however many ask at once, and says why to the record only", async () => {
    await setRules({ purchasesMax: 5 });
    const answers = await Promise.all(Array.from({ length: 20 }, () => askFrom(INSIDE)));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(5);
    expect(statuses.filter((status) => status === 401)).toHaveLength(15);
    expect(await reasons()).toEqual(Array.from({ length: 15 }, () => "purchases_used_up"));
    const [shown] = await ask(admin, listSecrets, machine);
    expect(shown).toMatchObject({ purchasesMax: 5, purchases: 5 });
  });

  test("spends none on a request that is refused for something else, and keeps the tokens it bought", async () => {
    await setRules({ purchasesMax: 1 });
    expect((await askFrom(INSIDE, { scope: "nothing" })).status).toBe(400);
    expect((await askFrom(INSIDE, { resource: "https://elsewhere.test" })).status).toBe(400);
    const token = await buyFrom(INSIDE);
    expect((await askFrom(INSIDE)).status).toBe(401);
    expect(await meFrom(INSIDE, token)).toBe(200);
  });

  test("is limited to no less than it has bought, is counted anew after it was not, and by the MAC only up to what was set", async () => {
    await setRules({ purchasesMax: 2 });
    await buyFrom(INSIDE);
    await buyFrom(INSIDE);
    expect(await refusal(setRules({ purchasesMax: 1 }))).toMatchObject({
      code: "invalid",
      field: "purchasesMax",
    });
    await setRules({ purchasesMax: 3 });
    expect((await askFrom(INSIDE)).status).toBe(200);
    expect((await askFrom(INSIDE)).status).toBe(401);
    await setRules({});
    await setRules({ purchasesMax: 1 });
    expect((await askFrom(INSIDE)).status).toBe(200);
    expect((await askFrom(INSIDE)).status).toBe(401);
    await prisma().$executeRaw`UPDATE credentials SET purchases_max = 100 WHERE id = ${machine.secretId}`;
    expect((await askFrom(INSIDE)).status).toBe(401);
    expect((await reasons()).at(-1)).toBe("credential_tampered");
  });

  test.each([0, -1, 1.5, 1_000_001, Number.NaN, "5"])("is never limited to %s", (purchasesMax) => {
    const input = { machineId: machine.machineId, credentialId: machine.secretId, purchasesMax };
    expect(editRulesSchema.safeParse(input).success).toBe(false);
  });
});

test("of two changes at once the second is told, and overwrites nothing", async () => {
  for (let round = 0; round < 5; round += 1) {
    await setRules({});
    const said = await Promise.all(
      ["10.0.0.1", "10.0.0.2"].map((addresses) => refusal(setRules({ addresses }))),
    );
    const refused = said.filter((answer) => answer !== null);
    for (const answer of refused) expect(answer).toMatchObject({ code: "conflict" });
    const row = await prisma().credential.findUniqueOrThrow({
      where: { id: machine.secretId },
      select: ROW,
    });
    expect(isAuthentic(row)).toBe(true);
  }
});
