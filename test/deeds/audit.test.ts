import { beforeAll, describe, expect, test, vi } from "vitest";
import { storeHostKey, withdrawHostKey } from "@/lib/credentials/commands/host-key";
import { noteExpired } from "@/lib/credentials/commands/note-expired";
import { readPublicKey } from "@/lib/credentials/public-key";
import type { Db, UserActor } from "@/lib/ctx";
import { enableMachine } from "@/lib/machines/commands/withdraw-machine";
import { endRanOut, endRehearsalsOf, startRehearsal } from "@/lib/rehearsals/commands";
import { endRotations } from "@/lib/rotations/commands/end-rotations";
import { closeSession, endSessions } from "@/lib/sessions/commands/end-sessions";
import { openSession } from "@/lib/sessions/commands/open-session";
import { openHeld } from "@/lib/sessions/commands/open-together";
import { recordHeartbeat } from "@/lib/sessions/commands/record-heartbeat";
import { createTenant } from "@/lib/tenants/commands";
import { addSeconds, DAY_SECONDS } from "@/lib/time";
import { createFirstAdmin } from "@/lib/users/commands/first-admin";
import { makeSetupToken } from "@/lib/users/setup-token";
import { giveUpWebhook } from "@/lib/webhooks/commands/switch-webhook";
import { authenticateStoredData } from "@/lib/workflows/authenticate-stored-data";
import { bringKey } from "@/lib/workflows/bring-key";
import { connectTogether } from "@/lib/workflows/connect-together";
import { cut } from "@/lib/workflows/cut";
import { cutExpired } from "@/lib/workflows/cut-expired";
import { disableMachine } from "@/lib/workflows/disable-machines";
import { endDueRotations } from "@/lib/workflows/end-due-rotations";
import { prepareFirstStart } from "@/lib/workflows/first-start";
import { handOver } from "@/lib/workflows/hand-over";
import { reportLeak } from "@/lib/workflows/report-leak";
import { rotateCredential } from "@/lib/workflows/rotate-credential";
import { setUp } from "@/lib/workflows/set-up";
import { rewriteCredential } from "@/test/credential-rows";
import { newPublicKey } from "@/test/keys";
import { asOlderVersionStored } from "@/test/older-version";
import { awaitedKey } from "@/test/successor-keys";
import { lentDuringWork } from "@/test/watched-bcrypt";
import {
  act,
  anonymousCtx,
  inTransaction,
  newInstallationAdmin,
  newTenantAdmin,
  type Provisioned,
  prisma,
  robotOf,
  sql,
  systemCtx,
  unique,
} from "@/test/world";
import { API_CLIENT_EVENTS } from "./api-client-deeds";
import { APP_SECRET_DEED } from "./app-secret-deed";
import { ADMIN_DEEDS, exportedDeeds, newRehearsal, newScene, rotating } from "./every-deed";
import { INSTALLATION_DEEDS, SYSTEM_KEY_DEEDS } from "./installation-deeds";
import { JOB_DEEDS, type OtherDeed } from "./job-deeds";
import { PEOPLE_DEEDS } from "./people-deeds";
import { WEBHOOK_EVENTS } from "./webhook-deeds";

// Before the environment is read, which is once: what the change of APP_SECRET needs.
vi.hoisted(() => {
  process.env.APP_SECRET_PREVIOUS = "the secret before that of the test world";
});

let admin: UserActor;
beforeAll(async () => {
  admin = await newTenantAdmin();
});

/** What an admin's deed must leave in the record, in order. */
const ADMIN_EVENTS: Readonly<Record<string, readonly string[]>> = {
  provisionMachine: ["machine.provisioned", "secret.issued"],
  storeMachines: ["machine.provisioned", "secret.issued"],
  provisionMachines: ["machine.provisioned", "machine.provisioned", "secret.issued", "secret.issued"],
  provisionPasted: ["machine.provisioned", "machine.provisioned", "secret.issued", "secret.issued"],
  addSecret: ["secret.issued"],
  editMachine: ["machine.edited"],
  saveMachine: ["machine.edited", "session.ended", "job.ended"],
  editTokenDefaults: ["tenant.edited"],
  saveTokenDefaults: ["tenant.edited", "session.ended", "job.ended"],
  editLimits: ["tenant.edited"],
  editNotifications: ["tenant.edited"],
  chooseLeakResponse: ["tenant.edited"],
  renameTenant: ["tenant.renamed"],
  enableCredential: [],
  enableMachine: [],
  markDisabled: ["machine.disabled"],
  markEnabled: [],
  disableMachines: ["machine.disabled", "session.ended", "job.ended"],
  enableMachines: [],
  addSecrets: ["secret.issued"],
  rotateMachines: [
    "secret.issued",
    "secret.issued",
    "rotation.started",
    "rotation.started",
    "rotation.ended",
    "rotation.ended",
  ],
  previewMachines: [],
  previewDeletion: [],
  previewDisabling: [],
  previewEnabling: [],
  previewRotation: [],
  previewAddedSecrets: [],
  markDeleted: ["machine.deleted"],
  issueSecret: ["secret.issued"],
  issueSecrets: ["secret.issued"],
  storeKey: ["key.added"],
  addKey: ["key.added"],
  editCredential: ["credential.edited"],
  rotateCredential: ["secret.issued", "rotation.started"],
  cancelRotation: ["secret.issued", "rotation.started", "rotation.ended", "credential.deleted"],
  endRotationNow: ["secret.issued", "rotation.started", "rotation.ended"],
  startRotation: ["rotation.started"],
  revokeCredential: ["credential.deleted"],
  startRehearsal: ["credential.rehearsal_started"],
  cancelRehearsal: ["credential.rehearsal_started", "credential.rehearsal_ended"],
  revokeCredentialsOfMachines: ["credential.deleted", "credential.deleted", "credential.deleted"],
  deleteMachines: [
    "machine.deleted",
    "credential.deleted",
    "credential.deleted",
    "credential.deleted",
    "session.ended",
    "job.ended",
  ],
  deleteCredential: ["credential.deleted", "session.ended", "job.ended"],
  changeRules: ["credential.rules_changed"],
  editRules: ["credential.rules_changed"],
  markCredentialDisabled: ["credential.disabled"],
  markCredentialEnabled: [],
  disableCredential: ["credential.disabled", "session.ended", "job.ended"],
  disableMachine: ["machine.disabled", "session.ended", "job.ended"],
  disconnectHost: ["session.ended", "job.ended"],
  addProcess: ["process.added"],
  editProcess: ["process.edited"],
  deleteProcess: ["process.deleted"],
  startJob: ["job.created"],
  stopJob: ["job.stop_asked"],
  killJob: ["job.kill_asked"],
  addAsset: ["asset.added"],
  setAsset: ["asset.changed"],
  removeMachineValue: ["asset.changed"],
  deleteAsset: ["asset.deleted"],
  invitePerson: ["admin.invited"],
  revokeInvite: ["admin.invite_revoked"],
  changeRole: ["admin.role_changed"],
  disablePerson: ["admin.disabled"],
  enablePerson: [],
  removePerson: ["admin.removed"],
  changeRoleAndClients: ["admin.role_changed"],
  disablePersonAndClients: ["admin.disabled"],
  removePersonAndClients: ["admin.removed"],
  requireSecondFactor: ["tenant.second_factor_required"],
  makeResetLink: ["admin.reset_link_made"],
  ...API_CLIENT_EVENTS,
  askTestMail: ["admin.mail_tested"],
  askTestMailFor: ["admin.mail_tested"],
  ...WEBHOOK_EVENTS,
  recordExport: ["audit.exported"],
};

const newAdmin = () => ({ email: `${unique("first")}@latchkey.test`, passwordHash: "the hash" });

const connecting = (machine: Provisioned, hostName: string, runningJobs: string[] = []) => ({
  actor: robotOf(admin, machine),
  now: new Date(),
  input: { hostName, runningJobs },
});

async function rehearsed(db: Db, machine: Provisioned) {
  const ctx = { db, actor: admin, now: new Date() };
  const input = newRehearsal(ctx, machine);
  await startRehearsal(ctx, input);
  return input;
}

/** The deeds of robots, strangers and the process itself. */
const OTHER_DEEDS: Readonly<Record<string, OtherDeed>> = {
  ...JOB_DEEDS,
  ...PEOPLE_DEEDS,
  ...APP_SECRET_DEED,
  ...SYSTEM_KEY_DEEDS,
  openSession: {
    events: ["session.opened"],
    run: (db, { machine }) =>
      openSession({ db, actor: robotOf(admin, machine), now: new Date() }, { hostName: "NEXT" }),
  },
  openHeld: {
    events: ["session.opened"],
    run: (db, { machine }) => openHeld(db, [{ opening: connecting(machine, "NEXT"), sessionId: null }]),
  },
  connectTogether: {
    events: ["session.opened", "session.opened"],
    run: (db, { machine, runningJobId }) =>
      connectTogether(db, [connecting(machine, "NEXT"), connecting(machine, "HOST", [runningJobId])]),
  },
  closeSession: {
    events: ["session.ended"],
    run: async (db, { machine }) => {
      const { id } = await db.session.findFirstOrThrow({ where: { machineId: machine.machineId } });
      await closeSession({ db, actor: robotOf(admin, machine), now: new Date() }, { sessionId: id });
    },
  },
  endSessions: {
    events: ["session.ended"],
    run: async (db, { machine }) => {
      const why = { endCode: "secret_expired", endedBy: null } as const;
      await endSessions(systemCtx(db), [admin.tenantId], { credentialIds: [machine.secretId] }, why);
    },
  },
  cut: {
    events: ["session.ended", "job.ended"],
    run: async (db, { machine }) => {
      await cut(
        { db, actor: admin, now: new Date() },
        admin.tenantId,
        { machineIds: [machine.machineId] },
        "machine_deleted",
      );
    },
  },
  authenticateStoredData: {
    events: ["stored_data.authenticated"],
    run: async (db) => {
      await asOlderVersionStored(db);
      await authenticateStoredData(systemCtx(db));
    },
  },
  noteExpired: {
    events: ["credential.expired"],
    run: async (db, { machine }) => {
      await rewriteCredential(machine.secretId, { expiresAt: new Date() }, db);
      await noteExpired(systemCtx(db));
    },
  },
  reportLeak: {
    events: ["credential.disabled", "session.ended", "job.ended", "credential.reported_leaked"],
    run: async (db, { machine, admin: { tenantId } }) => {
      const of = { tenantId, machineId: machine.machineId, credentialId: machine.secretId };
      await reportLeak(systemCtx(db), of, { address: null, source: null, foundAt: null });
    },
  },
  cutExpired: {
    events: ["credential.expired", "session.ended", "job.ended"],
    run: async (db, { machine }) => {
      await rewriteCredential(machine.secretId, { expiresAt: new Date() }, db);
      await cutExpired(systemCtx(db));
    },
  },
  endRanOut: {
    events: ["credential.rehearsal_started", "credential.rehearsal_ended"],
    run: async (db, { machine }) => {
      const { endsAt } = await rehearsed(db, machine);
      await endRanOut(systemCtx(db, endsAt));
    },
  },
  endRehearsalsOf: {
    events: ["credential.rehearsal_started", "credential.rehearsal_ended"],
    run: async (db, { machine }) => {
      await rehearsed(db, machine);
      await endRehearsalsOf(systemCtx(db), [admin.tenantId], { credentialIds: [machine.secretId] });
    },
  },
  endRotations: {
    events: ["secret.issued", "rotation.started", "rotation.ended"],
    run: async (db, scene) => {
      await ADMIN_DEEDS.rotateCredential?.({ db, actor: admin, now: new Date() }, scene);
      const { machineId } = scene.machine;
      await endRotations(systemCtx(db), admin.tenantId, { machineId }, "moved");
    },
  },
  handOver: {
    events: ["secret.issued", "rotation.started", "successor.picked_up"],
    run: async (db, scene) => {
      const { machine, sessionId } = scene;
      await ADMIN_DEEDS.rotateCredential?.({ db, actor: admin, now: new Date() }, scene);
      await handOver({ db, actor: robotOf(admin, machine), now: new Date() }, { sessionId });
    },
  },
  bringKey: {
    events: ["session.opened", "rotation.started", "key.added", "successor.brought"],
    run: async (db, scene) => {
      const { actor, input } = await awaitedKey(db, scene);
      await bringKey({ db, actor, now: new Date() }, input);
    },
  },
  storeHostKey: {
    events: ["key.added"],
    run: async (db, { machine }) => {
      const key = await readPublicKey(await newPublicKey());
      const of = { hostName: "HOST", key, expiresAt: null };
      await storeHostKey({ db, actor: robotOf(admin, machine), now: new Date() }, of);
    },
  },
  withdrawHostKey: {
    events: ["credential.deleted"],
    run: (db, { machine, keyId }) =>
      withdrawHostKey({ db, actor: robotOf(admin, machine), now: new Date() }, keyId),
  },
  endDueRotations: {
    events: ["secret.issued", "rotation.started", "rotation.ended"],
    run: async (db, scene) => {
      const begun = { db, actor: admin, now: addSeconds(new Date(), -DAY_SECONDS) };
      await rotateCredential(begun, rotating(scene.machine, "hour"));
      await endDueRotations(systemCtx(db));
    },
  },
  giveUpWebhook: {
    events: ["webhook.switched_off"],
    run: (db, { webhookId }) => giveUpWebhook(systemCtx(db), { tenantId: admin.tenantId, webhookId }),
  },
  createTenant: {
    events: ["tenant.created"],
    run: (db) => createTenant(systemCtx(db), { slug: unique("made"), name: "Made" }),
  },
  createFirstAdmin: {
    events: ["admin.created"],
    run: (db) => createFirstAdmin(systemCtx(db), { ...newAdmin(), tenantId: admin.tenantId }),
  },
  setUp: {
    events: ["setup_link.made", "tenant.created", "admin.created"],
    run: async (db) => {
      await db.admin.deleteMany({});
      const setupToken = await makeSetupToken(systemCtx(db));
      await setUp(anonymousCtx(db), {
        setupToken,
        ...newAdmin(),
        tenantSlug: unique("set-up"),
        tenantName: "Set up",
      });
    },
  },
  prepareFirstStart: {
    events: ["signing_key.created", "signing_key.activated", "tenant.created", "admin.created"],
    run: async (db) => {
      await db.signingKey.deleteMany({});
      await db.admin.deleteMany({});
      await prepareFirstStart(systemCtx(db), newAdmin());
    },
  },
};

/** Deeds that leave no event, each with its reason. */
const SILENT: Readonly<Record<string, string>> = {
  record: "writes the events",
  recordAll: "writes the events",
  takeDueRehearsals: "notes when people are told",
  noteTold: "notes whom people are told of",
  lockForOpening: "locks rows, changes nothing",
  notify: "tells people of what deeds record",
  queueDeliveries: "the same",
  takeDelivery: "part of telling them; the list of deliveries says what came of it",
  releaseDelivery: "the same",
  noteAttempt: "the same",
  forgetPreviousSecrets: "erases what its rotation said would be erased",
  takeLook: "notes how far the clock has looked",
  noteNotificationsSeen: "it happens whenever somebody opens the list",
  forgetNotifications: "forgets what was kept for as long as it should be",
  chainEvents: "links the events that others wrote",
  takeKey: "notes what a program was answered; the deed that it asked for is recorded",
  keepAnswer: "the same",
  findAnswer: "asks, changes nothing",
  forgetAnswers: "forgets what was kept for as long as it should be",
  keepPreview: "notes what somebody was shown",
  findPreview: "asks, changes nothing",
  forgetPreviews: "forgets what was kept for as long as it should be",
  findChosen: "asks, changes nothing",
  lockChosen: "locks rows, changes nothing",
  lockMachines: "locks rows, changes nothing",
  inSets: "does what it is given",
  readHanging: "asks, changes nothing",
  requireShown: "asks, changes nothing",
  missingLine: "says what is missing",
  toldOf: "says what was cut",
  cutRows: "the same as cut",
  moveEnds: "part of deeds that say why",
  refuseInRotation: "asks, changes nothing",
  startRotations: "the same as startRotation",
  forgetActivity: "forgets what was kept for as long as it should be",
  beatAtOnce: "the same as recordHeartbeat",
  recordHeartbeat: "a fleet does it hundreds of times a second",
  noteHearing: "every process does it every few seconds",
  awaitFirstAdmin: "asks and waits, changes nothing",
  requireNoAdminYet: "asks and waits, changes nothing",
  checkPassword: "asks; the sign-in that follows is recorded",
  lockLimits: "locks a row, changes nothing",
  lockCredential: "locks a row, changes nothing",
  lockCredentialsOf: "locks rows, changes nothing",
  moveEnd: "part of deeds that say why",
  endRotationsOf: "part of deeds that say why; endRotations shows its event",
  giveBackEnd: "part of deeds that say why",
  tellStuckRotations: "writes what is told, which is no deed",
  requireNoRotation: "asks, changes nothing",
  stopHandingOver: "part of deeds that say why",
  lockMachine: "locks a row, changes nothing",
  pickUp: "part of handOver",
  awaitKey: "part of bringKey",
  noteBrought: "part of bringKey",
  dropBroughtKey: "part of deeds that say why",
  tellTakenElsewhere: "writes what is told, which is no deed",
  lockSession: "locks a row, and notes which process a poll waits at",
  claimStream: "a host does it whenever its network comes back",
  notePoll: "a host that has nothing to do does it twice a minute",
  findOwnJob: "asks, changes nothing",
  lockMembers: "locks rows, changes nothing",
  holdInstallation: "locks a row, changes nothing",
  memberIn: "asks, changes nothing",
  keepAnAdministrator: "asks, changes nothing",
  protectInstallation: "asks, changes nothing",
  endSignInsOf: "part of deeds that say why",
  chooseInInvite: "what takes long about another deed; asks, changes nothing",
  chooseInReset: "the same",
  proveAgain: "the same",
  proveForChange: "the same",
  proveForRemoval: "the same",
  prepareSetUp: "the same",
  boundTo: "asks, changes nothing",
  lockAccount: "locks a row, changes nothing",
  openSignIn: "part of deeds that prove who somebody is; startSignIn and arrive show its event",
  consumeCode: "part of deeds that say why; of a recovery code it says so itself",
  noteSeen: "it happens with every click",
  lockSigningKeys: "waits, changes nothing",
  requireNoNextKey: "asks, changes nothing",
  authenticateCredentials: "part of authenticateStoredData",
};

test("every deed is known here: a new one says which events it writes, or why none", async () => {
  const known = [ADMIN_DEEDS, INSTALLATION_DEEDS, OTHER_DEEDS, SILENT].flatMap((deeds) => Object.keys(deeds));
  expect(await exportedDeeds()).toEqual(known.sort());
});

class Undone extends Error {}

/** Runs a deed, reads the events it wrote as its own transaction sees them, and takes everything back. */
async function eventsOf(run: (db: Db) => Promise<unknown>): Promise<string[]> {
  let types: string[] = [];
  const before = await prisma().auditEvent.count();
  const doing = inTransaction(async (db) => {
    const known = (await db.auditEvent.findMany({ select: { id: true } })).map(({ id }) => id);
    await run(db);
    const events = await db.auditEvent.findMany({ where: { id: { notIn: known } }, orderBy: { id: "asc" } });
    types = events.map(({ type }) => type);
    throw new Undone();
  });
  await expect(doing).rejects.toBeInstanceOf(Undone);
  expect(Math.max(0, ...lentDuringWork), "a password was looked at while a connection was held").toBe(0);
  expect(await prisma().auditEvent.count(), "an event was written outside the transaction").toBe(before);
  return types;
}

describe("a deed writes its events in its own transaction", () => {
  test.each(Object.keys(ADMIN_DEEDS))("%s", async (name) => {
    // A tenant of its own: some deeds reach all of its machines.
    const owner = await newTenantAdmin();
    const scene = await newScene(owner);
    const ctx = { actor: owner, now: new Date() };
    const events = await eventsOf(async (db) => ADMIN_DEEDS[name]?.({ ...ctx, db }, scene));
    expect(events).toEqual(ADMIN_EVENTS[name]);
  });

  test.each(Object.entries(INSTALLATION_DEEDS))("%s", async (_, { events, run }) => {
    const actor = await newInstallationAdmin();
    expect(await eventsOf((db) => run({ db, actor, now: new Date() }))).toEqual(events);
  });

  test.each(Object.keys(OTHER_DEEDS))("%s", async (name) => {
    const scene = await newScene(admin);
    expect(await eventsOf(async (db) => OTHER_DEEDS[name]?.run(db, scene))).toEqual(
      OTHER_DEEDS[name]?.events,
    );
  });

  test("enableMachine, when there is something to enable", async () => {
    const { machine } = await newScene(admin);
    await act(admin, disableMachine, machine);
    const ctx = { actor: admin, now: new Date() };
    expect(await eventsOf((db) => enableMachine({ ...ctx, db }, machine))).toEqual(["machine.enabled"]);
    expect(await eventsOf((db) => disableMachine({ ...ctx, db }, machine))).toEqual([]);
  });
});

test("a heartbeat writes no event", async () => {
  const { machine } = await newScene(admin);
  const { id } = await prisma().session.findFirstOrThrow({ where: { machineId: machine.machineId } });
  const before = await prisma().auditEvent.count();
  await recordHeartbeat({ db: sql(), actor: robotOf(admin, machine), now: new Date() }, { sessionId: id });
  expect(await prisma().auditEvent.count()).toBe(before);
});

test("an event says who did what to which, when and from where", async () => {
  const { machine } = await newScene(admin);
  const now = new Date("2026-05-04T03:02:01.007Z");
  await act(admin, disableMachine, machine, now);
  const where = { machineId: machine.machineId, type: "machine.disabled" };
  expect(await prisma().auditEvent.findFirst({ where })).toMatchObject({
    tenantId: admin.tenantId,
    at: now,
    actorKind: "admin",
    actorId: admin.id,
    actorName: admin.name,
    address: admin.address,
    details: { name: machine.machineName },
  });
});
