import { beforeAll, describe, expect, test } from "vitest";
import { flushTokenRequests } from "@/lib/activity/token-requests";
import { getApiClient, listApiClients } from "@/lib/api-clients/queries";
import { editApiClientSchema } from "@/lib/api-clients/schema";
import { flushUses } from "@/lib/credentials/last-use";
import { listSecrets } from "@/lib/credentials/queries";
import type { UserActor } from "@/lib/ctx";
import { readAttention } from "@/lib/fleet/queries/attention";
import { find } from "@/lib/fleet/queries/find";
import { foreseeRules } from "@/lib/fleet/queries/foresee-rules";
import { listMachines } from "@/lib/fleet/queries/list-machines";
import { readOverview } from "@/lib/fleet/queries/overview";
import { readActivity } from "@/lib/fleet/queries/read-activity";
import { listRotations } from "@/lib/fleet/queries/rotation-progress";
import { requireApiClient } from "@/lib/http/admin/bearer";
import { answering } from "@/lib/http/answering";
import { routeHandler } from "@/lib/http/web-request";
import { flushIssues } from "@/lib/identity/token-issues";
import { editLimits } from "@/lib/limits/commands";
import { NO_LIMITS } from "@/lib/limits/schema";
import { addSecret } from "@/lib/machines/commands/add-secret";
import { countMachines, findMachineName, getMachine, listMachineNames } from "@/lib/machines/queries";
import { machineListSchema } from "@/lib/machines/schema";
import { cancelRehearsal, startRehearsal } from "@/lib/rehearsals/commands";
import { listRehearsals } from "@/lib/rehearsals/queries";
import { listTenants } from "@/lib/tenants/queries";
import { invitePerson } from "@/lib/users/commands/invite";
import { changeRole, disablePerson, enablePerson, removePerson } from "@/lib/users/commands/manage-people";
import { noteNotificationsSeen } from "@/lib/users/commands/note-notifications-seen";
import { makeResetLink, resetPassword } from "@/lib/users/commands/reset-password";
import { shareInstallation } from "@/lib/users/commands/share-installation";
import { disableCredential } from "@/lib/workflows/disable-credential";
import { cancelRotation, endRotationNow } from "@/lib/workflows/end-rotation";
import {
  deleteApiClient,
  disableApiClient,
  editApiClient,
  enableApiClient,
} from "@/lib/workflows/manage-api-clients";
import { rotateCredential } from "@/lib/workflows/rotate-credential";
import {
  changeRoleAndClients,
  disablePersonAndClients,
  removePersonAndClients,
  shareInstallationAndClients,
} from "@/lib/workflows/settle-people";
import { newApiClient } from "@/test/deeds/api-client-deeds";
import { ADMIN_DEEDS, newRehearsal, newScene, rotating, type Scene } from "@/test/deeds/every-deed";
import { dumpDatabase } from "@/test/dump";
import { askToken, basic, buyToken, postForm, send } from "@/test/robot";
import {
  act,
  actAsAnybody,
  ask,
  call,
  inTransaction,
  newAdmin,
  newInstallationAdmin,
  newTenantAdmin,
  ORIGIN,
  prisma,
  provisioned,
  unique,
} from "@/test/world";

const ADMIN_API = `${ORIGIN}/api/admin`;

let owner: UserActor;
beforeAll(async () => {
  owner = await newTenantAdmin();
});

/** The door by itself: it answers who came in. */
const door = routeHandler(
  answering(async (request) => {
    const actor = await requireApiClient(request, new Date());
    return { status: 200, headers: {}, body: JSON.stringify(actor) };
  }),
);
const knock = (token: string | null, headers: Record<string, string> = {}) =>
  door(
    new Request(`${ADMIN_API}/v1/machines`, {
      headers: { ...(token !== null && { authorization: `Bearer ${token}` }), ...headers },
    }),
    { params: Promise.resolve({}) },
  );

const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());

describe("a token of an API client", () => {
  test("is for the admin API, with its own scope, and says who asks with which rights", async () => {
    const client = await newApiClient(owner, { role: "Operator", mayConfirm: true });
    const response = await askToken(client);
    const body = (await response.json()) as { access_token: string; scope: string };
    expect(body.scope).toBe("admin");
    expect(claimsOf(body.access_token)).toMatchObject({ aud: ADMIN_API, machine_id: client.id });
    const answer = await knock(body.access_token);
    expect(await answer.json()).toMatchObject({
      kind: "apiClient",
      id: client.id,
      name: client.machineName,
      tenantId: owner.tenantId,
      credentialId: client.secretId,
      role: "Operator",
      managesInstallation: false,
      mayConfirm: true,
    });
    const form = { token: body.access_token };
    const introspected = await postForm(form, basic(client), "/api/identity/connect/introspect");
    expect(await introspected.json()).toMatchObject({ active: true, aud: ADMIN_API, scope: "admin" });
    await postForm(form, basic(client), "/api/identity/connect/revocation");
    expect((await knock(body.access_token)).status).toBe(401);
  });

  test("opens no other door, and a machine's does not open this one", async () => {
    const [client, machine] = [await newApiClient(owner), await provisioned(owner)];
    const [ofClient, ofMachine] = [await buyToken(client), await buyToken(machine)];
    const refused = await send("POST", "sessions", ofClient, { hostName: "H" });
    expect(refused.status).toBe(401);
    expect((await send("GET", "me", ofClient)).status).toBe(401);
    const other = await knock(ofMachine);
    expect(other.status).toBe(401);
    const metadata = `${ORIGIN}/.well-known/oauth-protected-resource/api/admin`;
    expect(other.headers.get("www-authenticate")).toContain(
      `resource_metadata="${metadata}", error="invalid_token"`,
    );
    expect((await knock(null)).headers.get("www-authenticate")).not.toContain("error=");
    const document = await call("GET", "/.well-known/oauth-protected-resource/api/admin");
    expect(await document.json()).toMatchObject({ resource: ADMIN_API, scopes_supported: ["admin"] });
  });

  test.each([
    ["a scope of robots", { scope: "OR.Jobs" }, "invalid_scope"],
    ["all scopes of robots", { scope: "OR.Default" }, "invalid_scope"],
    ["the resource of robots", { resource: `${ORIGIN}/api/orchestrator` }, "invalid_target"],
  ])("is not sold for %s", async (_, parameters, error) => {
    const client = await newApiClient(owner);
    expect(await (await askToken(client, parameters)).json()).toMatchObject({ error });
    expect((await askToken(client, { scope: "admin", resource: ADMIN_API })).status).toBe(200);
    const machine = await provisioned(owner);
    expect(await (await askToken(machine, { scope: "admin" })).json()).toMatchObject({
      error: "invalid_scope",
    });
    expect(await (await askToken(machine, { resource: ADMIN_API })).json()).toMatchObject({
      error: "invalid_target",
    });
  });

  test("is worth what its client may at this moment", async () => {
    const { id, ...client } = await newApiClient(owner, { role: "Administrator" });
    const token = await buyToken(client);
    const edited = editApiClientSchema.parse({ id, revision: 1, name: client.machineName, role: "Viewer" });
    await act(owner, editApiClient, edited);
    expect(await (await knock(token)).json()).toMatchObject({ role: "Viewer" });
    await act(owner, disableApiClient, { id });
    expect((await knock(token)).status).toBe(401);
    expect((await askToken(client)).status).toBe(401);
    await act(owner, enableApiClient, { id });
    expect((await knock(token)).status).toBe(200);
    await act(owner, deleteApiClient, { id });
    expect((await knock(token)).status).toBe(401);
    await expect(act(owner, editApiClient, { ...edited, revision: 2 })).rejects.toMatchObject({
      code: "not_found",
    });
  });
});

/** Whether a deed of the table is about the machine of the scene, found by having it look. */
async function isAboutMachine(name: string, scene: Scene): Promise<boolean> {
  let looked = false;
  const watched = new Proxy(scene, {
    get(target, key) {
      if (key === "machine") looked = true;
      return Reflect.get(target, key);
    },
  });
  const undone = new Error("undone");
  await inTransaction(async (db) => {
    await ADMIN_DEEDS[name]?.({ db, actor: scene.admin, now: new Date() }, watched).catch(() => undefined);
    throw undone;
  }).catch(() => undefined);
  return looked;
}

describe("what is done to machines is not done to an API client by who may do less than it", () => {
  /** They reach no machine: the one takes ids that a checked deed names, the other a value that only a machine can have. */
  const ANSWERS: Readonly<Record<string, unknown>> = {
    markDeleted: [],
    markDisabled: [],
    markEnabled: [],
    removeMachineValue: null,
  };
  let scene: Scene;
  let operator: UserActor;
  let ofInstallation: Scene["machine"];

  beforeAll(async () => {
    const manager = await newInstallationAdmin();
    const tenant = { id: manager.tenantId, slug: "" };
    operator = await newAdmin(tenant, "Operator");
    const client = await newApiClient(manager, { role: "Administrator", managesInstallation: true });
    ofInstallation = { ...client, machineId: client.id };
    // What the programs of the tests before have left is not of these deeds.
    for (const flush of [flushUses, flushTokenRequests, flushIssues]) await flush();
    scene = { ...(await newScene({ ...manager, managesInstallation: false })), machine: ofInstallation };
  });

  test.each(Object.keys(ADMIN_DEEDS))("%s", async (name) => {
    if (!(await isAboutMachine(name, scene))) return;
    for (const actor of [operator, scene.admin]) {
      const before = await dumpDatabase();
      const doing = inTransaction(async (db) => ADMIN_DEEDS[name]?.({ db, actor, now: new Date() }, scene));
      if (name in ANSWERS) expect(await doing).toEqual(ANSWERS[name]);
      else {
        await expect(doing).rejects.toMatchObject({ name: "Refusal" });
        expect(await dumpDatabase()).toEqual(before);
      }
    }
  });

  test("what another one began is not ended", async () => {
    const manager: UserActor = { ...scene.admin, managesInstallation: true };
    const { rotationId } = await act(manager, rotateCredential, rotating(ofInstallation));
    await act(manager, startRehearsal, newRehearsal({ actor: manager, now: new Date() }, ofInstallation));
    const { id: rehearsalId } = await prisma().rehearsal.findFirstOrThrow({
      where: { machineId: ofInstallation.machineId },
    });
    const of = { machineId: ofInstallation.machineId, rotationId };
    for (const actor of [operator, scene.admin]) {
      for (const doing of [
        () => act(actor, cancelRotation, { ...of, deletesSuccessor: false }),
        () => act(actor, endRotationNow, of),
        () => act(actor, cancelRehearsal, { machineId: of.machineId, rehearsalId }),
        () => act(actor, deleteApiClient, { id: of.machineId }),
      ]) {
        await expect(doing()).rejects.toMatchObject({
          code: expect.stringMatching(/^(?:not_found|forbidden)$/),
        });
      }
    }
    await act(manager, cancelRehearsal, { machineId: of.machineId, rehearsalId });
    await act(manager, cancelRotation, { ...of, deletesSuccessor: true });
  });
});

test("nobody gives an API client more than they may do themselves", async () => {
  await expect(
    newApiClient(owner, { role: "Administrator", managesInstallation: true }),
  ).rejects.toMatchObject({
    code: "forbidden",
    field: "managesInstallation",
  });
  const program = await apiClientActor(owner, { role: "Administrator" });
  await expect(newApiClient(program, { role: "Operator", mayConfirm: true })).rejects.toMatchObject({
    field: "mayConfirm",
  });
  const made = await newApiClient(program, { role: "Administrator" });
  expect(await prisma().apiClient.findUnique({ where: { machineId: made.id } })).toMatchObject({
    madeById: owner.id,
    madeBy: program.name,
  });
  // What it was when it asked says nothing: it was lowered since.
  await act(owner, editApiClient, {
    ...editApiClientSchema.parse({ id: program.id, revision: 1, name: unique("lowered"), role: "Operator" }),
  });
  await expect(newApiClient(program, { role: "Viewer" })).rejects.toMatchObject({ code: "forbidden" });
  await prisma().membership.updateMany({ where: { adminId: owner.id }, data: { role: "Operator" } });
  await expect(newApiClient(owner, { role: "Viewer" })).rejects.toMatchObject({ code: "forbidden" });
  await prisma().membership.updateMany({ where: { adminId: owner.id }, data: { role: "Administrator" } });
});

async function apiClientActor(maker: UserActor, rights: object): Promise<UserActor> {
  const client = await newApiClient(maker, rights);
  return (await (await knock(await buyToken(client))).json()) as UserActor;
}

describe("a program administers as a person does", () => {
  test("its name is in the record, and no person's id beside what it made", async () => {
    const program = await apiClientActor(owner, { role: "Administrator" });
    const machine = await provisioned(program);
    const row = await prisma().machine.findUniqueOrThrow({ where: { id: machine.machineId } });
    expect(row.createdById).toBeNull();
    await act(program, startRehearsal, newRehearsal({ actor: program, now: new Date() }, machine));
    await act(program, rotateCredential, rotating(machine, "day"));
    const of = { machineId: machine.machineId, credentialId: machine.secretId };
    await act(program, disableCredential, { ...of, tenantId: program.tenantId, reason: "" });
    const doneBy = [
      (await ask(owner, getMachine, of))?.createdBy,
      (await ask(owner, listRehearsals, of))[0]?.startedBy,
      (await ask(owner, listRotations, of))[0]?.startedBy,
      ...(await ask(owner, listSecrets, of)).flatMap(({ id, createdBy, disabledBy }) =>
        id === machine.secretId ? [createdBy, disabledBy] : [createdBy],
      ),
    ];
    expect(doneBy).toEqual(Array.from({ length: 6 }, () => program.name));
    const event = await prisma().auditEvent.findFirstOrThrow({ where: { machineId: machine.machineId } });
    expect(event).toMatchObject({ actorKind: "apiClient", actorId: program.id, actorName: program.name });
    await expect(
      act(program, noteNotificationsSeen, { until: new Date().toISOString() }),
    ).rejects.toMatchObject({ code: "forbidden" });
  });

  test("from where it was used is told to nobody who may not manage it", async () => {
    const client = await newApiClient(owner);
    await buyToken(client);
    await flushTokenRequests();
    const viewer = await newAdmin({ id: owner.tenantId, slug: "" }, "Viewer");
    const of = { credentialId: client.secretId, addresses: "" };
    expect((await ask(viewer, foreseeRules, of)).allowed).toEqual([]);
    expect((await ask(owner, foreseeRules, of)).allowed).toHaveLength(1);
    for (const who of [viewer, owner]) {
      const { rows } = await ask(who, readActivity, {});
      expect(rows.some(({ machineId }) => machineId === client.id)).toBe(who === owner);
    }
  });

  test("nor what goes on with its credentials", async () => {
    const { id: machineId, ...client } = await newApiClient(owner);
    const operator = await newAdmin({ id: owner.tenantId, slug: "" }, "Operator");
    const of = { ...client, machineId };
    await act(owner, startRehearsal, newRehearsal({ actor: owner, now: new Date() }, of));
    await act(owner, rotateCredential, rotating(of, "day"));
    for (const who of [operator, owner]) {
      const [rotations, rehearsals] = [
        await ask(who, listRotations, { machineId }),
        await ask(who, listRehearsals, { machineId }),
      ];
      expect([rotations.length, rehearsals.length]).toEqual(who === owner ? [1, 1] : [0, 0]);
    }
  });

  test("its links are worth nothing once it may make no more, nor where it never could", async () => {
    const program = await apiClientActor(owner, { role: "Administrator" });
    const tenant = { id: owner.tenantId, slug: "" };
    const person = await newAdmin(tenant, "Viewer");
    await act(program, invitePerson, { email: `${unique("guest")}@latchkey.test`, role: "Viewer" });
    const { link } = await act(program, makeResetLink, { adminId: person.id });
    const elsewhere = await newTenantAdmin();
    await prisma().membership.create({
      data: { adminId: person.id, tenantId: elsewhere.tenantId, role: "Viewer", createdAt: new Date() },
    });
    const token = link.split(/[#=]/).at(-1) ?? "";
    const reset = { token, passwordHash: "a hash" };
    await expect(actAsAnybody(resetPassword, reset)).rejects.toMatchObject({ code: "gone" });
    const of = { where: { apiClientId: program.id } };
    expect(await prisma().invite.count(of)).toBe(1);
    await act(owner, disableApiClient, { id: program.id });
    expect([await prisma().invite.count(of), await prisma().passwordReset.count(of)]).toEqual([0, 0]);
    await expect(
      act(program, invitePerson, { email: `${unique("guest")}@latchkey.test`, role: "Viewer" }),
    ).rejects.toMatchObject({ code: "forbidden" });
  });
});

test("nobody leaves or is demoted before it is said what becomes of the API clients they made", async () => {
  const tenant = { id: owner.tenantId, slug: "" };
  const maker = await newAdmin(tenant);
  const [high, low] = [
    await newApiClient(maker, { role: "Administrator" }),
    await newApiClient(maker, { role: "Viewer" }),
  ];
  const { id: adminId } = maker;
  const undecided = { code: "conflict", field: "apiClients" };
  for (const deed of [removePerson, removePersonAndClients, disablePerson, disablePersonAndClients]) {
    await expect(act(owner, deed, { adminId })).rejects.toMatchObject(undecided);
  }
  const demotion = { adminId, role: "Operator" as const };
  await expect(act(owner, changeRole, demotion)).rejects.toMatchObject(undecided);
  await act(owner, changeRoleAndClients, { ...demotion, apiClients: "lower" });
  const roles = async () =>
    (await ask(owner, listApiClients, undefined))
      .filter(({ id }) => [high.id, low.id].includes(id))
      .map(({ role, isEnabled }) => `${role} ${isEnabled}`)
      .sort();
  expect(await roles()).toEqual(["Operator true", "Viewer true"]);
  await act(owner, disablePersonAndClients, { adminId, apiClients: "disable" });
  expect(await roles()).toEqual(["Operator false", "Viewer false"]);
  await act(owner, enablePerson, { adminId });
  // Somebody may enable them again.
  for (const deed of [removePerson, removePersonAndClients])
    await expect(act(owner, deed, { adminId })).rejects.toMatchObject(undecided);
  await act(owner, removePersonAndClients, { adminId, apiClients: "delete" });
  expect(await roles()).toEqual([]);
  const kept = await newAdmin(tenant);
  const { id } = await newApiClient(kept, { role: "Viewer" });
  await act(owner, removePersonAndClients, { adminId: kept.id, apiClients: "keep" });
  expect(await ask(owner, getApiClient, { id })).toMatchObject({ isEnabled: true, madeBy: kept.name });
});

test("the installation is taken from nobody before it is said what becomes of the API clients of theirs that manage it, in any tenant", async () => {
  const boss = await newInstallationAdmin();
  const made = await newAdmin({ id: boss.tenantId, slug: "" });
  const { id: adminId } = made;
  await prisma().admin.update({ where: { id: adminId }, data: { managesInstallation: true } });
  const { tenantId } = await newTenantAdmin();
  await prisma().membership.create({
    data: { adminId, tenantId, role: "Administrator", createdAt: new Date() },
  });
  const here = { ...made, managesInstallation: true };
  const rights = { role: "Administrator", managesInstallation: true } as const;
  const ids: string[] = [];
  for (const maker of [here, { ...here, tenantId }]) ids.push((await newApiClient(maker, rights)).id);
  const taking = { adminId, manages: false } as const;
  for (const deed of [shareInstallation, shareInstallationAndClients])
    await expect(act(boss, deed, taking)).rejects.toMatchObject({ code: "conflict", field: "apiClients" });
  await act({ ...boss, role: "Viewer" }, shareInstallationAndClients, { ...taking, apiClients: "lower" });
  const where = { machineId: { in: ids } };
  const rows = await prisma().apiClient.findMany({ where });
  expect(rows.map(({ role, managesInstallation }) => [role, managesInstallation])).toEqual(
    ids.map(() => ["Administrator", false]),
  );
  const events = await prisma().auditEvent.findMany({ where: { ...where, type: "api_client.edited" } });
  expect(events.map((event) => event.tenantId).sort()).toEqual([boss.tenantId, tenantId].sort());
  await expect(newApiClient(here, rights)).rejects.toMatchObject({ field: "managesInstallation" });
});

test("no list, figure or limit of machines has an API client in it", async () => {
  const admin = await newInstallationAdmin();
  const operator = await newAdmin({ id: admin.tenantId, slug: "" }, "Operator");
  const client = await newApiClient(admin, { role: "Viewer" });
  const lists = async (who: UserActor) => ({
    machines: (await ask(who, listMachines, machineListSchema.parse({}))).matching,
    isEmpty: (await ask(who, listMachines, machineListSchema.parse({}))).isEmpty,
    idle: (await ask(who, listMachines, machineListSchema.parse({ secrets: "neverUsed" }))).matching,
    single: (await ask(who, listMachines, machineListSchema.parse({ secrets: "single" }))).matching,
    names: await ask(who, listMachineNames, undefined),
    count: await ask(who, countMachines, undefined),
    one: await ask(who, getMachine, { machineId: client.id }),
    name: await ask(who, findMachineName, { machineId: client.id }),
    overview: await ask(who, readOverview, undefined),
    found: (await ask(who, find, { text: client.machineName })).machines,
    attention: (await ask(who, readAttention, undefined)).withoutCredential.count,
  });
  const nothing = await lists(await newTenantAdmin());
  expect(await lists(operator)).toEqual(nothing);
  expect(await lists(admin)).toEqual(nothing);
  const tenants = await ask(admin, listTenants, undefined);
  expect(tenants.find(({ id }) => id === admin.tenantId)?.machines).toBe(0);
  expect(await ask(operator, listSecrets, { machineId: client.id })).toEqual([]);
  expect((await ask(operator, find, { text: client.secretId })).credentials).toEqual([]);
  expect(await ask(admin, listSecrets, { machineId: client.id })).toHaveLength(1);
  await act(admin, editLimits, {
    seen: NO_LIMITS,
    limits: { ...NO_LIMITS, machinesMax: 1, lifetimeDaysMax: 30 },
  });
  await provisioned(admin);
  // Nor does a limit of machines keep one out; that of a credential's life holds for it.
  const limited = await newApiClient(admin, { role: "Viewer" });
  expect(limited.expiresAt).not.toBeNull();
  await act(admin, addSecret, { machineId: limited.id });
});
