import { readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  chartActivity,
  listCredentialUses,
  listTokenRequests,
  listUsesByAddress,
  wasUsedBefore,
} from "@/lib/activity/queries";
import { activityListSchema } from "@/lib/activity/schema";
import { findRights, getApiClient, listApiClients, listMadeBy, listUnseen } from "@/lib/api-clients/queries";
import { countAssets, listAssets, readAsset } from "@/lib/assets/queries";
import { listEvents, listKinds, listPersons } from "@/lib/audit/queries/list-events";
import { auditListSchema } from "@/lib/audit/schema";
import {
  countLiveCredentials,
  countNotEndedByMachine,
  countNotEndedCredentials,
  describeCredentials,
  listKeys,
  listSecrets,
  recognizeSecret,
} from "@/lib/credentials/queries";
import type { Ctx, RobotActor, UserActor } from "@/lib/ctx";
import { readAttention } from "@/lib/fleet/queries/attention";
import {
  findConnectedHost,
  listConnectedHosts,
  listFollowingHosts,
} from "@/lib/fleet/queries/connected-hosts";
import { listCredentialActivity } from "@/lib/fleet/queries/credential-activity";
import { find } from "@/lib/fleet/queries/find";
import { foreseeRules } from "@/lib/fleet/queries/foresee-rules";
import { getJob } from "@/lib/fleet/queries/get-job";
import { findMatching, listMachines } from "@/lib/fleet/queries/list-machines";
import { listRobots } from "@/lib/fleet/queries/list-robots";
import { countHosts, readOverview } from "@/lib/fleet/queries/overview";
import { readActivity } from "@/lib/fleet/queries/read-activity";
import { readRecord } from "@/lib/fleet/queries/read-record";
import { readRehearsals } from "@/lib/fleet/queries/rehearsed-uses";
import { listRotations } from "@/lib/fleet/queries/rotation-progress";
import { claimJob } from "@/lib/jobs/commands/claim-job";
import { loseJobsOfSession } from "@/lib/jobs/commands/cut-jobs";
import { reportJob } from "@/lib/jobs/commands/report-job";
import {
  countProcesses,
  findLosing,
  listFollowingJobs,
  listJobs,
  listJobsOfHost,
  listProcesses,
  listRunningJobs,
  mayClaim,
} from "@/lib/jobs/queries";
import { jobListSchema } from "@/lib/jobs/schema";
import { getLimits } from "@/lib/limits/queries";
import {
  checkMachines,
  checkPasted,
  countMachines,
  findMachineIds,
  findMachineName,
  findOwnMachine,
  findOwnRuntimes,
  getMachine,
  listMachineNames,
  nameMachines,
  refuseNewMachines,
} from "@/lib/machines/queries";
import { machineListSchema, pastedMachinesSchema } from "@/lib/machines/schema";
import { countUnread, getKindsOff, listNotifications } from "@/lib/notifications/queries";
import { countDeliveries, listDeliveries, readOutboxes } from "@/lib/notifications/queries/list-deliveries";
import { listMailProblems } from "@/lib/notifications/queries/mail-problems";
import { notificationListSchema } from "@/lib/notifications/schema";
import { startRehearsal } from "@/lib/rehearsals/commands";
import { listRehearsals, listRehearsalTimes } from "@/lib/rehearsals/queries";
import { claimStream } from "@/lib/sessions/commands/claim-stream";
import { closeSession } from "@/lib/sessions/commands/end-sessions";
import { notePoll } from "@/lib/sessions/commands/note-poll";
import { openSession } from "@/lib/sessions/commands/open-session";
import { lockForOpening, openHeld } from "@/lib/sessions/commands/open-together";
import { recordHeartbeat } from "@/lib/sessions/commands/record-heartbeat";
import { removeDeadSessions } from "@/lib/sessions/commands/remove-dead";
import { findEnd, findHostSeen, requireOpenSession, requireOwnSession } from "@/lib/sessions/queries";
import { getTenant, getTokenDefaults, isSecondFactorRequired } from "@/lib/tenants/queries";
import { noteNotificationsSeen } from "@/lib/users/commands/note-notifications-seen";
import { findMailReceiver, readMailChoices } from "@/lib/users/queries/mail";
import { countPeople, listInvites, listPeople } from "@/lib/users/queries/people";
import { findWebhook, listWebhooks } from "@/lib/webhooks/queries";
import { beatAtOnce } from "@/lib/workflows/beat-at-once";
import { bringKey } from "@/lib/workflows/bring-key";
import { connectHost, disconnectMyself } from "@/lib/workflows/connect-host";
import { connectTogether } from "@/lib/workflows/connect-together";
import { handOver } from "@/lib/workflows/hand-over";
import { rotateCredential } from "@/lib/workflows/rotate-credential";
import { awaitedKey } from "@/test/successor-keys";
import { statementsOf, tenantTables, withoutTenant } from "@/test/tenant-condition";
import { act, ask, inTransaction, newTenantAdmin, prisma, robotOf, sql, systemCtx } from "@/test/world";
import { ADMIN_DEEDS, exportedDeeds, newRehearsal, newScene, rotating, type Scene } from "./every-deed";

let admin: UserActor;
let scene: Scene;
let tables: string[];

beforeAll(async () => {
  tables = await tenantTables();
});
beforeEach(async () => {
  admin = await newTenantAdmin();
  scene = await newScene(admin);
});

const asRobot = <T>(deed: (ctx: Ctx<RobotActor>) => Promise<T>) =>
  inTransaction((db) => deed({ db, actor: robotOf(admin, scene.machine), now: new Date() }));

const connecting = (hostName: string) => ({
  actor: robotOf(admin, scene.machine),
  now: new Date(),
  input: { hostName, runningJobs: [] },
});

/** What robots do. */
const ROBOT_DEEDS: Readonly<Record<string, () => Promise<unknown>>> = {
  openSession: () => asRobot((ctx) => openSession(ctx, { hostName: "NEXT" })),
  closeSession: () => asRobot((ctx) => closeSession(ctx, scene)),
  connectHost: () => asRobot((ctx) => connectHost(ctx, { hostName: "HOST", runningJobs: [] })),
  lockForOpening: () => inTransaction((db) => lockForOpening(db, [connecting("NEXT")])),
  openHeld: () => inTransaction((db) => openHeld(db, [{ opening: connecting("NEXT"), sessionId: null }])),
  connectTogether: () => inTransaction((db) => connectTogether(db, [connecting("NEXT"), connecting("HOST")])),
  disconnectMyself: () => asRobot((ctx) => disconnectMyself(ctx, scene)),
  claimJob: () => asRobot((ctx) => claimJob(ctx, scene)),
  reportJob: () =>
    asRobot((ctx) => reportJob(ctx, { jobId: scene.runningJobId, reportId: "1", state: "Successful" })),
  loseJobsOfSession: () =>
    asRobot((ctx) => loseJobsOfSession(ctx, scene.sessionId, { endCode: "not_running", endedBy: null })),
  claimStream: () =>
    claimStream(
      { db: sql(), actor: robotOf(admin, scene.machine), now: new Date() },
      { sessionId: scene.sessionId, streamId: crypto.randomUUID() },
    ),
  beatAtOnce: () =>
    beatAtOnce(
      { db: sql(), actor: robotOf(admin, scene.machine), now: new Date() },
      { sessionId: scene.sessionId },
      "1.1.1",
    ),
  recordHeartbeat: () =>
    recordHeartbeat(
      { db: sql(), actor: robotOf(admin, scene.machine), now: new Date() },
      { sessionId: scene.sessionId, state: "Available" },
    ),
  notePoll: () =>
    notePoll({ db: sql(), actor: robotOf(admin, scene.machine), now: new Date() }, scene.sessionId, {
      processId: crypto.randomUUID(),
      endsAt: new Date(),
      isNew: true,
    }),
  handOver: () =>
    asRobot(async (ctx) => {
      await ADMIN_DEEDS.rotateCredential?.({ ...ctx, actor: admin }, scene);
      await handOver(ctx, scene);
    }),
  bringKey: () =>
    asRobot(async ({ db }) => {
      const { actor, input } = await awaitedKey(db, scene);
      await bringKey({ db, actor, now: new Date() }, input);
    }),
  removeDeadSessions: () => inTransaction((db) => removeDeadSessions({ db, actor: admin, now: new Date() })),
};

const question = <T>(query: (ctx: Ctx<RobotActor>) => Promise<T>) =>
  query({ db: prisma(), actor: robotOf(admin, scene.machine), now: new Date() });
const nothing = async () => undefined;

/** Every question of every room. */
const QUESTIONS: Readonly<Record<string, () => Promise<unknown>>> = {
  listApiClients: () => ask(admin, listApiClients, undefined),
  listMadeBy: () => ask(admin, listMadeBy, { adminId: admin.id }),
  getApiClient: () => ask(admin, getApiClient, { id: scene.apiClientId }),
  findRights: () => findRights(sql(), { tenantId: admin.tenantId, machineId: scene.apiClientId }),
  listWebhooks: () => ask(admin, listWebhooks, undefined),
  findWebhook: () => ask(admin, findWebhook, scene),
  countDeliveries: () => ask(admin, countDeliveries, scene),
  listDeliveries: () => ask(admin, listDeliveries, { ...scene, slice: {} }),
  readOutboxes: () => ask(admin, readOutboxes, [scene.webhookId]),
  countAssets: () => ask(admin, countAssets, undefined),
  listAssets: () => ask(admin, listAssets, undefined),
  readAsset: () => question((ctx) => readAsset(ctx, { name: "nowhere" })).catch(nothing),
  listSecrets: () => ask(admin, listSecrets, scene.machine),
  listKeys: () => ask(admin, listKeys, scene.machine),
  countLiveCredentials: () =>
    ask(admin, countLiveCredentials, { ...scene.machine, tenantId: admin.tenantId }),
  countNotEndedByMachine: () =>
    ask(admin, (ctx) => countNotEndedByMachine(ctx, [scene.machine.machineId], "Secret"), undefined),
  countNotEndedCredentials: () =>
    ask(admin, (ctx) => countNotEndedCredentials(ctx, scene.machine.machineId, "Secret"), undefined),
  recognizeSecret: () => ask(admin, recognizeSecret, scene.machine.clientSecret),
  find: () => ask(admin, find, { text: "a" }),
  listUsesByAddress: () =>
    ask(admin, (ctx) => listUsesByAddress(ctx, scene.machine.secretId, new Date(0)), undefined),
  foreseeRules: () =>
    ask(admin, foreseeRules, { credentialId: scene.machine.secretId, addresses: "10.0.0.0/8" }),
  countProcesses: () => ask(admin, countProcesses, undefined),
  mayClaim: () =>
    mayClaim(
      { db: sql(), actor: robotOf(admin, scene.machine), now: new Date() },
      { sessionId: scene.sessionId, hostKey: "host" },
    ),
  findLosing: () =>
    findLosing(prisma(), [{ tenantId: admin.tenantId, sessionId: scene.sessionId, kept: [] }]),
  listProcesses: () => ask(admin, listProcesses, undefined),
  listJobs: () => ask(admin, listJobs, jobListSchema.parse({})),
  listJobsOfHost: () => ask(admin, listJobsOfHost, scene),
  listRunningJobs: () => ask(admin, listRunningJobs, { machineIds: [scene.machine.machineId] }),
  getMachine: () => ask(admin, getMachine, scene.machine),
  findOwnMachine: () => question(findOwnMachine),
  findOwnRuntimes: () => question(findOwnRuntimes),
  findMachineName: () => ask(admin, findMachineName, scene.machine),
  checkPasted: () => ask(admin, checkPasted, pastedMachinesSchema.parse({ kind: "Template", text: "new" })),
  findMatching: () =>
    ask(admin, (ctx) => findMatching(ctx, { search: "m", secrets: "unused" }, 10), undefined),
  checkMachines: () => ask(admin, checkMachines, { machines: [{ name: "new", kind: "Template" }] }),
  refuseNewMachines: () =>
    ask(admin, (ctx) => refuseNewMachines(ctx, [{ name: "new" }], { machinesMax: 5 }), undefined),
  countMachines: () => ask(admin, countMachines, undefined),
  listMachineNames: () => ask(admin, listMachineNames, undefined),
  listRotations: async () => {
    await act(admin, rotateCredential, rotating(scene.machine));
    await ask(admin, listRotations, scene.machine);
  },
  findConnectedHost: () => ask(admin, findConnectedHost, scene),
  listConnectedHosts: () => ask(admin, listConnectedHosts, { machineIds: [scene.machine.machineId] }),
  findHostSeen: () =>
    question((ctx) =>
      findHostSeen(ctx, { tenantId: admin.tenantId, credentialId: "0".repeat(16), address: "::1" }),
    ),
  findEnd: () => question((ctx) => findEnd(ctx, scene)),
  requireOpenSession: () => question((ctx) => requireOpenSession(ctx, scene)),
  describeCredentials: () => ask(admin, describeCredentials, [scene.machine.secretId]),
  wasUsedBefore: () =>
    ask(admin, wasUsedBefore, {
      credentialId: scene.machine.secretId,
      address: "192.0.2.1",
      before: new Date(),
    }),
  requireOwnSession: () => question((ctx) => requireOwnSession(ctx, scene)),
  getJob: () => ask(admin, getJob, { jobId: scene.runningJobId }),
  listMachines: () => ask(admin, listMachines, machineListSchema.parse({ search: "a", sort: "hosts" })),
  countHosts: () => ask(admin, countHosts, undefined),
  listRobots: () => ask(admin, listRobots, undefined),
  chartActivity: () => ask(admin, (ctx) => chartActivity(ctx, { period: "24h" }), undefined),
  listTokenRequests: () =>
    ask(
      admin,
      (ctx) => listTokenRequests(ctx, activityListSchema.parse({}), { order: "newest first", limit: 10 }),
      undefined,
    ),
  listCredentialUses: () => ask(admin, listCredentialUses, [scene.machine.secretId]),
  readRehearsals: async () => {
    await act(admin, startRehearsal, newRehearsal({ actor: admin, now: new Date() }, scene.machine));
    await ask(admin, readRehearsals, scene.machine);
  },
  listRehearsals: () => ask(admin, listRehearsals, scene.machine),
  listRehearsalTimes: () =>
    ask(admin, listRehearsalTimes, { credentialIds: [scene.machine.secretId], since: new Date() }),
  listCredentialActivity: async () => {
    const secrets = await ask(admin, listSecrets, scene.machine);
    await ask(admin, listCredentialActivity, { secrets, keys: [] });
  },
  readOverview: () => ask(admin, readOverview, undefined),
  listUnseen: () =>
    ask(admin, (ctx) => listUnseen({ ...ctx, actor: { ...ctx.actor, role: "Viewer" } }), null),
  readActivity: () => ask(admin, readActivity, activityListSchema.parse({})),
  listFollowingHosts: () => ask(admin, listFollowingHosts, undefined),
  listFollowingJobs: () => ask(admin, listFollowingJobs, undefined),
  noteNotificationsSeen: () => act(admin, noteNotificationsSeen, { until: new Date().toISOString() }),
  countUnread: () => ask(admin, countUnread, undefined),
  listNotifications: () =>
    ask(admin, listNotifications, notificationListSchema.parse({ kind: "credential.expired" })),
  getKindsOff: () => ask(admin, getKindsOff, undefined),
  readAttention: () => ask(admin, readAttention, undefined),
  getLimits: () => ask(admin, getLimits, undefined),
  getTenant: () => ask(admin, getTenant, undefined),
  isSecondFactorRequired: () => ask(admin, isSecondFactorRequired, undefined),
  getTokenDefaults: () => ask(admin, getTokenDefaults, undefined),
  nameMachines: () => ask(admin, nameMachines, [scene.machine.machineId]),
  findMachineIds: () => ask(admin, findMachineIds, "machine"),
  countPeople: () => ask(admin, countPeople, undefined),
  listPeople: () => ask(admin, listPeople, undefined),
  readMailChoices: () => ask(admin, readMailChoices, undefined),
  listMailProblems: () => ask(admin, listMailProblems, [admin.id]),
  findMailReceiver: () =>
    findMailReceiver(systemCtx(prisma()), {
      tenantId: admin.tenantId,
      adminId: admin.id,
      notification: {
        id: admin.id,
        tenantId: admin.tenantId,
        at: new Date(),
        notice: { kind: "machine.without_credential", count: 0, machines: [] },
      },
    }),
  listInvites: () => ask(admin, listInvites, undefined),
  listKinds: () => ask(admin, listKinds, undefined),
  listPersons: () => ask(admin, listPersons, undefined),
  listEvents: () => ask(admin, (ctx) => listEvents(ctx, {}, { order: "newest first", limit: 10 }), undefined),
  readRecord: () => ask(admin, readRecord, auditListSchema.parse({ kind: "machine", machine: "a" })),
};

/** What looks beyond one tenant, and why it must. */
const BEYOND_A_TENANT: Readonly<Record<string, string>> = {
  ...because("the clock's, for all tenants; every row it writes it finds by its own id", [
    "loseJobsOfSilentHosts",
    "endRanOut",
    "takeDueRehearsals",
    "noteExpired",
    "endDueRotations",
    "tellStuckRotations",
    "listDueRotations",
    "listStuckRotations",
    "listDueReceivers",
    "takeDelivery",
    "releaseDelivery",
    "noteAttempt",
    "forgetPreviousSecrets",
    "forgetActivity",
    "forgetAnswers",
    "forgetPreviews",
    "forgetNotifications",
    "takeLook",
    "listEnding",
    "listEnded",
    "listWithoutCredential",
    "listUsesOfEnded",
    "listSilentHosts",
    "listFloods",
    "cutExpired",
    "chainEvents",
    "reencryptNext",
    "authenticateStoredData",
    "authenticateCredentials",
  ]),
  ...because("the secret's value says which tenant it is of", ["findOwners", "reportLeak"]),
  ...because("the tenant is given, by deeds of a person or of the process", [
    "findCredential",
    "getLeakResponse",
    "listHostNames",
    "wasRecordedOf",
  ]),
  ...because("of one credential, which has one tenant", ["endExpiredSessions"]),
  ...because("asks for all tenants at once; the door has checked whose each one is", ["sessionCommands"]),
  ...because("nobody is known yet", [
    "findAdminForSignIn",
    "isFirstAdminMissing",
    "awaitFirstAdmin",
    "requireNoAdminYet",
    "checkPassword",
    "recordRefusedSignIn",
    "recordRefusedArrival",
  ]),
  ...because("a person's own account, which may belong to many tenants", [
    "findSignedInAdmin",
    "findSignedInAdmins",
    "startSignIn",
    "openSignIn",
    "arrive",
    "firstArrival",
    "boundTo",
    "boundTheAccount",
    "lockAccount",
    "signOut",
    "endOwnSignIn",
    "endSignInsOf",
    "confirmSignIn",
    "proveAgain",
    "proveForChange",
    "proveForRemoval",
    "noteSeen",
    "consumeCode",
    "changePassword",
    "resetPassword",
    "beginSecondFactor",
    "confirmSecondFactor",
    "replaceRecoveryCodes",
    "removeSecondFactor",
    "hasSecondFactor",
    "readSecondFactor",
    "listOwnSignIns",
    "chooseMail",
  ]),
  ...because("it takes an administrator of every tenant the person belongs to", ["makeResetLink"]),
  ...because("the link says which tenant", [
    "acceptInvite",
    "acceptInviteAsNew",
    "chooseInInvite",
    "chooseInReset",
    "readInvite",
    "readReset",
  ]),
  ...because("makes the tenant, or its first person", [
    "createTenant",
    "createFirstAdmin",
    "prepareFirstStart",
    "findTenantId",
    "setUp",
    "prepareSetUp",
    "addTenant",
    "joinTenant",
  ]),
  ...because("of the whole installation, for whoever manages it or sits at the server", [
    "shareInstallation",
    "shareInstallationAndClients",
    "lockManagers",
    "holdInstallation",
    "listManagersMadeBy",
    "protectInstallation",
    "countTenants",
    "listTenants",
    "listEverybody",
    "listChains",
    "readInstallationFigures",
    "makeResetLinkAtServer",
    "removeSecondFactorAtServer",
  ]),
  ...because("whether hosts could be heard is no tenant's", ["noteHearing", "readSilentSince"]),
  ...because("their keys are an API client's own", ["takeKey", "findAnswer", "keepAnswer"]),
  ...because("signing keys are no tenant's", [
    "ensureSigningKey",
    "lockSigningKeys",
    "importSigningKey",
    "keepSigningKeys",
    "publishKey",
    "requireNoNextKey",
    "rotateSigningKey",
    "withdrawSigningKey",
    "liveTokensOf",
    "listSigningKeys",
    "askWithdrawal",
  ]),
  ...because("the clock's and a machine's page's; readRehearsals goes through them", [
    "listRehearsedHosts",
    "listRehearsedAddresses",
    "listRehearsedJobs",
    "nameCredential",
    "noteTold",
  ]),
  ...because("asked or locked with its tenant by the deeds above, which go through it", [
    "record",
    "notify",
    "queueDeliveries",
    "giveUpWebhook",
    "findDestination",
    "lastTakenAt",
    "cut",
    "endRehearsalsOf",
    "endSessions",
    "recordAll",
    "stopJobsOfSessions",
    "findOwnJob",
    "lockLimits",
    "lockMachine",
    "lockMachines",
    "listChosen",
    "findChosen",
    "lockChosen",
    "keepPreview",
    "findPreview",
    "readHanging",
    "requireShown",
    "cutRows",
    "moveEnds",
    "refuseInRotation",
    "startRotations",
    "lockCredential",
    "lockCredentialsOf",
    "moveEnd",
    "endRotationsOf",
    "giveBackEnd",
    "readProgress",
    "requireNoRotation",
    "endRotations",
    "stopHandingOver",
    "lockMembers",
    "lockSession",
    "pickUp",
    "awaitKey",
    "noteBrought",
    "dropBroughtKey",
    "storeHostKey",
    "withdrawHostKey",
    "tellTakenElsewhere",
    "keepAnAdministrator",
    "memberIn",
  ]),
  ...because("reads one chain, which is named", [
    "verifyChain",
    "wasRecorded",
    "verifyCredentials",
    "verifySigningKeys",
  ]),
  ...because("of whoever made a link, in whatever tenant", ["managesInstallationNow"]),
  ...because("reads no row", ["inSets", "missingLine", "toldOf", "mayExport"]),
};

function because(reason: string, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, reason]));
}

async function exportedQuestions(): Promise<string[]> {
  const lib = join(import.meta.dirname, "../../lib");
  const files = readdirSync(lib, { recursive: true, encoding: "utf8" }).filter((path) =>
    /^[a-z-]+\/queries(?:\.ts|\/.+\.ts)$/.test(path),
  );
  const modules = await Promise.all(
    files.map(async (path) => (await import(join(lib, path))) as Record<string, unknown>),
  );
  return modules
    .flatMap((module) => Object.entries(module))
    .filter(([, value]) => typeof value === "function" && value.constructor.name === "AsyncFunction")
    .map(([name]) => name);
}

test("every deed and every question is looked at, or says why it looks beyond one tenant", async () => {
  const known = [ADMIN_DEEDS, ROBOT_DEEDS, QUESTIONS, BEYOND_A_TENANT].flatMap((table) => Object.keys(table));
  const asynchronous = [...(await exportedDeeds()), ...(await exportedQuestions())];
  expect(asynchronous.length).toBeGreaterThan(50);
  expect(asynchronous.filter((name) => !known.includes(name))).toEqual([]);
});

/** Nothing is a tenant's that the statement names by one of these: which tenant it is, is what they find out. */
async function expectTenantEverywhere(work: () => Promise<unknown>) {
  const sent = await statementsOf(work);
  const wrong = sent.flatMap((one) =>
    withoutTenant(one, tables, admin.tenantId).map((table) => `${table}: ${one.text}`),
  );
  expect(wrong).toEqual([]);
  return sent;
}

describe("every statement on rows that belong to tenants names the tenant of whoever acts", () => {
  test.each(Object.keys(ADMIN_DEEDS).filter((name) => !(name in BEYOND_A_TENANT)))("%s", async (name) => {
    await expectTenantEverywhere(() =>
      inTransaction(async (db) => ADMIN_DEEDS[name]?.({ db, actor: admin, now: new Date() }, scene)),
    );
  });

  test.each(Object.entries({ ...ROBOT_DEEDS, ...QUESTIONS }))("%s", async (_name, run) => {
    const sent = await expectTenantEverywhere(run);
    expect(sent.length).toBeGreaterThan(0);
  });
});

describe("the test sees what it is to see", () => {
  const tenant = "0192f0c1-2222-7000-8000-000000000000";
  const wrong = (text: string, values: unknown[] = [tenant]) =>
    withoutTenant({ text, values }, ["machines", "sessions"], tenant);

  test.each([
    `SELECT "public"."machines"."id" FROM "public"."machines" WHERE "public"."machines"."id" = $1`,
    `SELECT "public"."machines"."tenant_id" FROM "public"."machines" WHERE "public"."machines"."id" = $1`,
    "SELECT s.id FROM sessions s JOIN machines m ON m.id = s.machine_id WHERE m.tenant_id = $1",
    "UPDATE machines SET name = $1 WHERE id = $2",
    `DELETE FROM "public"."machines" WHERE "public"."machines"."id" IN ($1)`,
    `INSERT INTO "public"."machines" ("id","name") VALUES ($1,$2)`,
  ])("it finds %s", (text) => {
    expect(wrong(text)).not.toEqual([]);
  });

  test.each([
    `SELECT 1 FROM "public"."machines" WHERE ("public"."machines"."id" = $1 AND "public"."machines"."tenant_id" = $2)`,
    `SELECT 1 FROM "public"."machines" WHERE ("public"."machines"."tenant_id","public"."machines"."id") IN (($1,$2))`,
    "SELECT 1 FROM sessions s JOIN machines m ON m.id = s.machine_id AND m.tenant_id = s.tenant_id WHERE s.tenant_id = $1",
    "UPDATE machines SET name = $1 WHERE tenant_id = $2 AND id = $3",
    `INSERT INTO "public"."machines" ("id","tenant_id") VALUES ($1,$2)`,
    "SELECT 1 FROM tenants WHERE slug = $1",
  ])("it lets pass %s", (text) => {
    expect(wrong(text)).toEqual([]);
  });

  test("and that the right tenant was meant", () => {
    expect(wrong("SELECT 1 FROM machines WHERE tenant_id = $1", ["another"])).not.toEqual([]);
  });
});
