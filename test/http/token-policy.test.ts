import { beforeEach, describe, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { getMachine } from "@/lib/machines/queries";
import { editMachineSchema } from "@/lib/machines/schema";
import { getTokenDefaults } from "@/lib/tenants/queries";
import { type MachineTokenPolicy, type TokenDefaults, tokenDefaultsSchema } from "@/lib/token-policy/schema";
import { saveMachine } from "@/lib/workflows/save-machine";
import { saveTokenDefaults } from "@/lib/workflows/save-token-defaults";
import { ASSERTION_TYPE, addedKey, assertion, type RobotKey } from "@/test/keys";
import { askToken, connect, postForm, send } from "@/test/robot";
import { act, ask, newTenantAdmin, ORIGIN, type Provisioned, prisma, provisioned } from "@/test/world";

let admin: UserActor;
let machine: Provisioned;
let key: RobotKey;

beforeEach(async () => {
  admin = await newTenantAdmin();
  machine = await provisioned(admin);
  key = await addedKey(admin, machine);
});

/** Saves the machine's form with something of its policy changed. */
async function say(policy: Partial<MachineTokenPolicy>, whose = machine) {
  const saved = await ask(admin, getMachine, whose);
  const input = editMachineSchema.parse({ ...saved, ...policy, machineId: whose.machineId });
  return act(admin, saveMachine, input);
}

/** Saves the tenant's defaults with something of them changed. */
async function sayForAll(change: Partial<TokenDefaults>, seen?: TokenDefaults) {
  const now = tokenDefaultsSchema.parse(await ask(admin, (ctx) => getTokenDefaults(ctx), null));
  return act(admin, saveTokenDefaults, { seen: seen ?? now, defaults: { ...now, ...change } });
}

type Sold = { access_token: string; expires_in: number; scope: string };
const sold = async (response: Response) => {
  expect(response.status).toBe(200);
  return (await response.json()) as Sold;
};
const askWithKey = async (whose = key) =>
  postForm({
    grant_type: "client_credentials",
    client_assertion_type: ASSERTION_TYPE,
    client_assertion: await assertion(whose, `${ORIGIN}/api/identity`),
  });

describe("how long tokens are good", () => {
  test("is what the machine says, else its tenant, else the installation", async () => {
    const lifetime = async () => (await sold(await askToken(machine))).expires_in;
    expect(await lifetime()).toBe(3600);
    await sayForAll({ tokenLifetimeSeconds: 600 });
    expect(await lifetime()).toBe(600);
    await say({ tokenLifetimeSeconds: 60 });
    expect(await lifetime()).toBe(60);
    await sayForAll({ tokenLifetimeSeconds: null });
    expect(await lifetime()).toBe(60);
    await say({ tokenLifetimeSeconds: null });
    expect(await lifetime()).toBe(3600);
  });
});

describe("what tokens may do", () => {
  test("is what the machine says, else its tenant, else everything", async () => {
    const scope = async () => (await sold(await askToken(machine))).scope;
    expect(await scope()).toBe("OR.Robots OR.Jobs OR.Assets");
    await sayForAll({ allowedScopes: ["OR.Robots"] });
    expect(await scope()).toBe("OR.Robots");
    await say({ allowedScopes: ["OR.Robots", "OR.Assets"] });
    expect(await scope()).toBe("OR.Robots OR.Assets");
    const asked = await askToken(machine, { scope: "OR.Jobs" });
    expect([asked.status, await asked.json()]).toMatchObject([400, { error: "invalid_scope" }]);
  });

  test("shrinks for tokens that are out there, at their next request", async () => {
    const { access_token: token } = await sold(await askToken(machine));
    expect((await send("GET", "me", token)).status).toBe(200);
    await say({ allowedScopes: ["OR.Assets"] });
    const refused = await send("GET", "me", token);
    expect(refused.status).toBe(403);
    expect(refused.headers.get("www-authenticate")).toContain('error="insufficient_scope"');
    await say({ allowedScopes: [] });
    expect((await send("GET", "me", token)).status).toBe(200);
  });
});

describe("how clients authenticate", () => {
  /** Two hosts of the machine: one that showed the secret, one that signed. */
  async function twoHosts() {
    const bySecret = (await sold(await askToken(machine))).access_token;
    const byKey = (await sold(await askWithKey())).access_token;
    await connect(bySecret, "HOST-S");
    await connect(byKey, "HOST-K");
    return { bySecret, byKey };
  }

  test.each([
    ["Key", "HOST-S", "bySecret", "byKey"],
    ["Secret", "HOST-K", "byKey", "bySecret"],
  ] as const)("a machine that takes only a %s cuts %s, at once", async (accepted, host, cut, kept) => {
    const tokens = await twoHosts();
    const done = await say({ clientAuthentication: accepted });
    expect(done).toEqual({ revision: 2, disconnectedHosts: [host], stoppedJobs: 0 });
    expect((await send("GET", "me", tokens[cut])).status).toBe(401);
    expect((await send("POST", "sessions", tokens[cut], { hostName: host })).status).toBe(401);
    expect((await send("GET", "me", tokens[kept])).status).toBe(200);
    expect((await askToken(machine)).status).toBe(accepted === "Secret" ? 200 : 401);
    expect((await askWithKey()).status).toBe(accepted === "Key" ? 200 : 401);
    const [ended] = await prisma().session.findMany({ where: { endedAt: { not: null }, hostName: host } });
    expect(ended).toMatchObject({ endCode: "machine_authentication_changed", endedBy: admin.name });
  });

  test("a tenant that takes only keys cuts those that follow it, and no machine that says otherwise", async () => {
    const tokens = await twoHosts();
    const own = await provisioned(admin);
    await say({ clientAuthentication: "Any" }, own);
    const ownToken = (await sold(await askToken(own))).access_token;
    await connect(ownToken, "HOST-OWN");
    const elsewhere = await provisioned(await newTenantAdmin());
    await connect((await sold(await askToken(elsewhere))).access_token, "HOST-ELSEWHERE");

    expect(await sayForAll({ clientAuthentication: "Key" })).toEqual({
      disconnectedHosts: ["HOST-S"],
      stoppedJobs: 0,
    });
    expect((await send("GET", "me", tokens.bySecret)).status).toBe(401);
    expect((await send("GET", "me", tokens.byKey)).status).toBe(200);
    expect((await send("GET", "me", ownToken)).status).toBe(200);
    expect((await askToken(elsewhere)).status).toBe(200);
    expect((await askToken(machine)).status).toBe(401);
    await sayForAll({ clientAuthentication: "Any" });
    expect((await askToken(machine)).status).toBe(200);
  });

  test("a host that connects while the machine is told so is refused, or cut by it", async () => {
    const { access_token: token } = await sold(await askToken(machine));
    const [saved, ...opened] = await Promise.all([
      say({ clientAuthentication: "Key" }),
      ...Array.from({ length: 6 }, (_, at) => send("POST", "sessions", token, { hostName: `HOST-${at}` })),
    ]);
    expect(saved.revision).toBe(2);
    for (const response of opened) expect([201, 401, 410]).toContain(response.status);
    const left = await prisma().session.count({ where: { machineId: machine.machineId, endedAt: null } });
    expect(left).toBe(0);
  });
});

test("the record says what was and what is", async () => {
  await say({ tokenLifetimeSeconds: 900, clientAuthentication: "Key", requiresDpop: true });
  await sayForAll({ allowedScopes: ["OR.Jobs"] });
  const events = await prisma().auditEvent.findMany({
    where: { tenantId: admin.tenantId, type: { in: ["machine.edited", "tenant.edited"] } },
    orderBy: { id: "asc" },
  });
  expect(events.map(({ details }) => details)).toMatchObject([
    {
      before: {
        tokenLifetimeSeconds: null,
        allowedScopes: [],
        clientAuthentication: null,
        requiresDpop: null,
      },
      after: {
        tokenLifetimeSeconds: 900,
        allowedScopes: [],
        clientAuthentication: "Key",
        requiresDpop: true,
      },
    },
    { before: { allowedScopes: [] }, after: { allowedScopes: ["OR.Jobs"], clientAuthentication: "Any" } },
  ]);
});

test("of two people who change the tenant's defaults from the same page, the second is told so", async () => {
  const seen = tokenDefaultsSchema.parse(await ask(admin, (ctx) => getTokenDefaults(ctx), null));
  await sayForAll({ allowedScopes: ["OR.Jobs"], tokenLifetimeSeconds: 60 }, seen);
  await expect(sayForAll({ requiresDpop: true }, seen)).rejects.toMatchObject({ code: "conflict" });
  expect(await ask(admin, (ctx) => getTokenDefaults(ctx), null)).toMatchObject({
    allowedScopes: ["OR.Jobs"],
    tokenLifetimeSeconds: 60,
    requiresDpop: false,
  });
});
