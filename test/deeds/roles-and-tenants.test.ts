import { beforeEach, describe, expect, test } from "vitest";
import { countLiveCredentials, listSecrets } from "@/lib/credentials/queries";
import type { UserActor } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { listConnectedHosts } from "@/lib/fleet/queries/connected-hosts";
import { listMachines } from "@/lib/fleet/queries/list-machines";
import { getMachine } from "@/lib/machines/queries";
import { machineListSchema } from "@/lib/machines/schema";
import { deleteMachines } from "@/lib/workflows/delete-machines";
import { dumpDatabase } from "@/test/dump";
import { ask, inTransaction, newAdmin, newTenantAdmin } from "@/test/world";
import { API_CLIENT_DEEDS } from "./api-client-deeds";
import { ADMIN_DEEDS, newScene, type Scene } from "./every-deed";
import { INSTALLATION_DEEDS } from "./installation-deeds";
import { WEBHOOK_DEEDS } from "./webhook-deeds";

let owner: UserActor;
let scene: Scene;

beforeEach(async () => {
  owner = await newTenantAdmin();
  scene = await newScene(owner);
});

const attempt = (actor: UserActor, name: string) =>
  inTransaction(async (db) => ADMIN_DEEDS[name]?.({ db, actor, now: new Date() }, scene)).catch(
    (error: unknown) => error,
  );

describe("a Viewer changes nothing", () => {
  test.each(Object.keys(ADMIN_DEEDS))("%s", async (name) => {
    const viewer = { ...(await newAdmin({ id: owner.tenantId, slug: "" }, "Viewer")) };
    const before = await dumpDatabase();
    const outcome = await attempt(viewer, name);
    expect(outcome).toBeInstanceOf(Refusal);
    expect(outcome).toMatchObject({ code: "forbidden" });
    expect(await dumpDatabase()).toEqual(before);
  });
});

/** What an Operator may not do: whatever is about people, settings, or taking the record away. */
const ADMINISTRATOR_DEEDS: readonly string[] = [
  "invitePerson",
  "revokeInvite",
  "changeRole",
  "disablePerson",
  "enablePerson",
  "removePerson",
  "changeRoleAndClients",
  "disablePersonAndClients",
  "removePersonAndClients",
  "makeResetLink",
  "askTestMail",
  "askTestMailFor",
  "requireSecondFactor",
  "editTokenDefaults",
  "saveTokenDefaults",
  "editLimits",
  "editNotifications",
  "chooseLeakResponse",
  "renameTenant",
  "recordExport",
  ...Object.keys(API_CLIENT_DEEDS),
  ...Object.keys(WEBHOOK_DEEDS),
];

describe("an Operator does what is about machines, hosts, jobs and assets, and nothing about people or settings", () => {
  test.each(Object.keys(ADMIN_DEEDS))("%s", async (name) => {
    const operator = await newAdmin({ id: owner.tenantId, slug: "" }, "Operator");
    const outcome = await attempt(operator, name);
    if (ADMINISTRATOR_DEEDS.includes(name))
      expect(outcome).toMatchObject({ name: "Refusal", code: "forbidden" });
    else expect(outcome).not.toBeInstanceOf(Error);
  });
});

describe("an administrator of a tenant who does not manage the installation changes nothing of it", () => {
  test.each(Object.entries(INSTALLATION_DEEDS))("%s", async (_, { run }) => {
    const before = await dumpDatabase();
    const doing = inTransaction((db) => run({ db, actor: owner, now: new Date() }));
    await expect(doing).rejects.toMatchObject({ name: "Refusal", code: "forbidden" });
    expect(await dumpDatabase()).toEqual(before);
  });
});

describe("an admin of another tenant finds none of it and changes none of it", () => {
  // These make or change something in the admin's own tenant, or are asked only with ids that a checked deed handed over.
  const ELSEWHERE: Readonly<Record<string, unknown>> = {
    markDeleted: [],
    markDisabled: [],
    markEnabled: [],
    revokeCredentialsOfMachines: undefined,
    hurryDeliveries: undefined,
    renameApiClientRow: false,
    markApiClientRow: undefined,
    freeName: undefined,
    withdrawLinksOfApiClient: undefined,
  };
  const NEW = [
    "provisionMachine",
    "storeMachines",
    "provisionMachines",
    "provisionPasted",
    "recordExport",
    "askTestMail",
    "invitePerson",
    "requireSecondFactor",
    "chooseLeakResponse",
    "editLimits",
    "editNotifications",
    "addProcess",
    "addAsset",
    "editTokenDefaults",
    "saveTokenDefaults",
    "makeApiClient",
    "storeApiClientRow",
    "addWebhook",
    "recordTest",
  ];
  const names = Object.keys(ADMIN_DEEDS).filter((name) => !NEW.includes(name));

  test.each(names)("%s", async (name) => {
    const stranger = await newTenantAdmin();
    const before = await dumpDatabase();
    const outcome = await attempt(stranger, name);
    if (name in ELSEWHERE) expect(outcome).toEqual(ELSEWHERE[name]);
    else if (["issueSecret", "issueSecrets", "storeKey", "startRotation", "storeRights"].includes(name))
      expect(outcome).toBeInstanceOf(Error);
    else
      expect(outcome).toMatchObject({ name: "Refusal", code: expect.stringMatching(/^(?:not_found|gone)$/) });
    expect(await dumpDatabase()).toEqual(before);
  });

  test("questions answer nothing", async () => {
    const stranger = await newTenantAdmin();
    const { machineId, clientId, machineName } = scene.machine;
    expect(await ask(stranger, getMachine, { machineId })).toBeNull();
    expect(await ask(stranger, listSecrets, { machineId })).toEqual([]);
    expect(await ask(stranger, countLiveCredentials, { tenantId: stranger.tenantId, machineId })).toBe(0);
    expect(await ask(stranger, listConnectedHosts, { machineIds: [machineId] })).toEqual([]);
    for (const search of ["", clientId, machineName]) {
      const page = await ask(stranger, listMachines, machineListSchema.parse({ search }));
      expect(page).toMatchObject({ rows: [], isEmpty: true, matching: 0 });
    }
  });

  test("while the owner still finds everything", async () => {
    const { machineId } = scene.machine;
    expect(await ask(owner, getMachine, { machineId })).toMatchObject({ id: machineId, isEnabled: true });
    expect(await ask(owner, listSecrets, { machineId })).toHaveLength(2);
    expect(await ask(owner, listConnectedHosts, { machineIds: [machineId] })).toHaveLength(1);
  });
});

test("ids of two tenants in one deletion: only one's own are deleted", async () => {
  const stranger = await newTenantAdmin();
  const theirs = await newScene(stranger);
  const machineIds = [scene.machine.machineId, theirs.machine.machineId];
  const deleted = await inTransaction((db) =>
    deleteMachines({ db, actor: owner, now: new Date() }, { machineIds }),
  );
  expect(deleted).toEqual({ deleted: 1, disconnectedHosts: ["HOST"], stoppedJobs: 1 });
  expect(await ask(stranger, getMachine, theirs.machine)).not.toBeNull();
  expect(await ask(stranger, listConnectedHosts, { machineIds })).toHaveLength(1);
});
