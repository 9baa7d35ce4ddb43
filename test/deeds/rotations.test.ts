import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { flushTokenRequests } from "@/lib/activity/token-requests";
import { isAuthentic } from "@/lib/credentials/authentic";
import { editCredential } from "@/lib/credentials/commands/edit-credential";
import type { UserActor } from "@/lib/ctx";
import { listRotations } from "@/lib/fleet/queries/rotation-progress";
import { addProcess } from "@/lib/jobs/commands/manage-process";
import { startJob } from "@/lib/jobs/commands/start-job";
import { addProcessSchema } from "@/lib/jobs/schema";
import { editLimits } from "@/lib/limits/commands";
import { getLimits } from "@/lib/limits/queries";
import { addSecret } from "@/lib/machines/commands/add-secret";
import { openSuccessor } from "@/lib/rotations/encrypted-value";
import { rotateCredentialSchema } from "@/lib/rotations/schema";
import { addSeconds, DAY_SECONDS, HOUR_SECONDS } from "@/lib/time";
import { cutExpired } from "@/lib/workflows/cut-expired";
import { deleteCredential } from "@/lib/workflows/delete-credential";
import { deleteMachines } from "@/lib/workflows/delete-machines";
import { disableCredential, enableCredential } from "@/lib/workflows/disable-credential";
import { endDueRotations, tellStuckRotations } from "@/lib/workflows/end-due-rotations";
import { cancelRotation, endRotationNow } from "@/lib/workflows/end-rotation";
import { rotateCredential } from "@/lib/workflows/rotate-credential";
import { rewriteCredential, storedCredential } from "@/test/credential-rows";
import { dumpDatabase } from "@/test/dump";
import { addedKey, newPublicKey } from "@/test/keys";
import { askToken, buyToken, type Client, connect, send } from "@/test/robot";
import {
  act,
  ask,
  CALLER_ADDRESS,
  inDays,
  inTransaction,
  newTenantAdmin,
  type Provisioned,
  prisma,
  provisioned,
  systemCtx,
  unique,
} from "@/test/world";

let admin: UserActor;
let machine: Provisioned;

beforeAll(async () => {
  admin = await newTenantAdmin();
});
beforeEach(async () => {
  machine = await provisioned(admin);
});

type Asked = Partial<(typeof rotateCredentialSchema)["_input"]>;

const rotate = (asked: Asked = {}, credentialId = machine.secretId) =>
  act(
    admin,
    rotateCredential,
    rotateCredentialSchema.parse({
      machineId: machine.machineId,
      credentialId,
      retirement: "moved",
      ...asked,
    }),
  );

/** The new secret of a rotation of the machine's first one. */
async function rotated(asked: Asked = {}) {
  const { secret, ...rotation } = await rotate(asked);
  if (!secret) throw new Error("a secret gives way to a secret");
  return { ...rotation, secret };
}

/** What the clock does in a second. */
async function look(now = new Date()): Promise<void> {
  await inTransaction((db) => endDueRotations(systemCtx(db, now)));
  await inTransaction((db) => cutExpired(systemCtx(db, now)));
}

const refusal = (deed: Promise<unknown>) =>
  deed.then(
    () => null,
    (error: unknown) => error,
  );
const rotationOf = (id: string) => prisma().rotation.findUniqueOrThrow({ where: { id } });
const move = async (client: Client, hostName: string) => connect(await buyToken(client), hostName);
const events = (type: string, credentialId = machine.secretId) =>
  prisma().auditEvent.findMany({ where: { type, credentialId } });
const view = async () => (await ask(admin, listRotations, machine))[0];

describe("a rotation until every host has moved", () => {
  test("200 hosts move one by one, nobody is refused who is right, and the old one ends with the last", async () => {
    const hosts = Array.from({ length: 200 }, (_, index) => `HOST-${index}`);
    const before = await buyToken(machine);
    await Promise.all(hosts.map((hostName) => connect(before, hostName)));
    const { secret, rotationId } = await rotated();
    const after = await buyToken(secret);
    for (const [index, hostName] of hosts.entries()) {
      if (index % 20 === 0) {
        await look();
        expect(await view()).toMatchObject({ moved: index, waiting: 200 - index });
      }
      const [still] = await Promise.all([send("GET", "me", before), connect(after, hostName)]);
      expect(still.status).toBe(200);
    }
    expect((await askToken(machine)).status).toBe(200);
    await look();
    expect((await askToken(machine)).status).toBe(401);
    expect((await send("GET", "me", before)).status).toBe(401);
    expect((await send("GET", "me", after)).status).toBe(200);
    expect(await rotationOf(rotationId)).toMatchObject({ endCode: "moved", encryptedValue: null });
    expect(isAuthentic(await storedCredential(machine.secretId))).toBe(true);
    const open = { machineId: machine.machineId, endedAt: null };
    expect(await prisma().session.count({ where: open })).toBe(200);
    expect(await prisma().notification.findMany({ where: { credentialId: machine.secretId } })).toMatchObject(
      [{ kind: "rotation.finished", details: { rotationId, hostsMoved: 200 } }],
    );
  });

  test("jobs of hosts that moved go on when the old one ends", async () => {
    const process = addProcessSchema.parse({ name: unique("process") });
    const { processId } = await act(admin, addProcess, process);
    const session = await move(machine, "BUSY");
    await act(admin, startJob, { processId, hostName: "BUSY" });
    const token = await buyToken(machine);
    const claimed = await send("POST", `sessions/${session.id}/jobs/next?wait=0`, token);
    const { id } = (await claimed.json()) as { id: string };
    const { secret } = await rotated();
    const next = await buyToken(secret);
    const opened = await send("POST", "sessions", next, { hostName: "BUSY", runningJobs: [id] });
    expect(opened.status).toBe(201);
    await look();
    expect((await askToken(machine)).status).toBe(401);
    expect(await prisma().job.findUniqueOrThrow({ where: { id } })).toMatchObject({ state: "Running" });
    expect(await prisma().session.findUniqueOrThrow({ where: { id: session.id } })).toMatchObject({
      endedAt: null,
      credentialId: secret.secretId,
    });
  });

  test("waits for hosts that are away, and not for those that were not seen for long or were taken off the list", async () => {
    await move(machine, "AWAY");
    await move(machine, "LONG-GONE");
    await move(machine, "OFF-THE-LIST");
    const { secret } = await rotated({ seenDays: 7 });
    await move(secret, "HERE");
    const set = (hostName: string, data: object) =>
      prisma().session.updateMany({ where: { machineId: machine.machineId, hostName }, data });
    const ended = { endedAt: new Date(), endCode: "closed" } as const;
    await set("AWAY", { ...ended, heartbeatAt: inDays(-6) });
    await set("LONG-GONE", { heartbeatAt: inDays(-8) });
    await set("OFF-THE-LIST", { ...ended, removedAt: new Date() });
    await look();
    expect(await view()).toMatchObject({
      moved: 1,
      waiting: 1,
      waitingHosts: [{ hostName: "AWAY", isConnected: false }],
    });
    await move(secret, "AWAY");
    await look();
    expect((await askToken(machine)).status).toBe(401);
  });

  test("ends with nobody's moving only at its last date", async () => {
    const { rotationId, endsAt } = await rotated({ endsAt: inDays(3) });
    await look();
    expect(await rotationOf(rotationId)).toMatchObject({ endedAt: null });
    await look(endsAt);
    expect(await rotationOf(rotationId)).toMatchObject({ endCode: "expired" });
  });

  test("two processes that look at once end it once, and one that opens a session with the old one meanwhile is seen", async () => {
    await move(machine, "HOST");
    const token = await buyToken(machine);
    const { secret, rotationId } = await rotated();
    await move(secret, "HOST");
    await Promise.all([look(), look(), look(), look()]);
    expect(await events("rotation.ended")).toHaveLength(1);
    expect(await events("credential.expired")).toHaveLength(1);
    expect((await rotationOf(rotationId)).endedAt).not.toBeNull();
    expect((await send("POST", "sessions", token, { hostName: "LATE" })).status).toBe(401);
  });
});

describe("what a rotation does to the two", () => {
  test.each([
    ["hour", HOUR_SECONDS],
    ["day", DAY_SECONDS],
    ["week", 7 * DAY_SECONDS],
    ["moved", 30 * DAY_SECONDS],
  ] as const)("%s: the old one ends then, and both live until then", async (retirement, seconds) => {
    const { secret, endsAt } = await rotated({ retirement });
    const { expiresAt } = await storedCredential(machine.secretId);
    expect(expiresAt).toEqual(endsAt);
    expect(Math.abs(endsAt.getTime() - addSeconds(new Date(), seconds).getTime())).toBeLessThan(60_000);
    expect([(await askToken(machine)).status, (await askToken(secret)).status]).toEqual([200, 200]);
    await look(endsAt);
    expect((await events("rotation.ended"))[0]).toMatchObject({ details: { code: "expired" } });
  });

  test("now: the old one is refused at once, also at the limit of credentials, and nothing is handed over", async () => {
    for (let more = 1; more < 10; more += 1) await act(admin, addSecret, machine);
    const { secret, rotationId } = await rotated({ retirement: "now", handsOver: true });
    expect([(await askToken(machine)).status, (await askToken(secret)).status]).toEqual([401, 200]);
    expect(await rotationOf(rotationId)).toMatchObject({
      endCode: "ended_now",
      handsOver: false,
      encryptedValue: null,
    });
  });

  test("an end of its own that comes first stays, and the new one takes its name", async () => {
    const own = inDays(2);
    const second = await act(admin, addSecret, {
      machineId: machine.machineId,
      name: "night",
      expiresAt: own,
    });
    const { secret, endsAt } = await rotate({ retirement: "week" }, second.secretId);
    expect(endsAt).toEqual(own);
    const { name } = await prisma().credential.findUniqueOrThrow({ where: { id: secret?.secretId ?? "" } });
    expect(name).toBe("night");
  });

  test("a key gives way to a key, of which nothing is handed over", async () => {
    const { keyId } = await addedKey(admin, machine);
    expect(await refusal(rotate({}, keyId))).toMatchObject({ code: "invalid", field: "publicKey" });
    const publicKey = await newPublicKey();
    const { key, secret, rotationId } = await rotate({ publicKey, handsOver: true }, keyId);
    expect([key?.machineName, secret]).toEqual([machine.machineName, null]);
    expect(await rotationOf(rotationId)).toMatchObject({ toCredentialId: key?.keyId, encryptedValue: null });
  });
});

test("whoever rotates is not shown what is handed over where they do not ask for it, and is where nothing is", async () => {
  const { secret, key, rotationId, successorId } = await rotate({ handsOver: true, isShown: false });
  expect([secret, key]).toEqual([null, null]);
  expect(await rotationOf(rotationId)).toMatchObject({ toCredentialId: successorId, handsOver: true });
  const other = await rotate({ retirement: "now", handsOver: true, isShown: false }, successorId ?? "").catch(
    (error: unknown) => error,
  );
  expect(other).toMatchObject({ code: "conflict" });
  await cancel(rotationId, true);
  const shown = await rotate({ retirement: "now", handsOver: true, isShown: false });
  expect(shown.secret?.clientSecret).toMatch(/^lks_/);
});

describe("the value that is handed over", () => {
  const kept = async (rotationId: string) => {
    const { encryptedValue, ...rotation } = await rotationOf(rotationId);
    return (
      encryptedValue && {
        bytes: Buffer.from(encryptedValue).toString("hex"),
        value: openSuccessor(encryptedValue, rotation),
      }
    );
  };

  test.each([
    ["its end", (endsAt: Date) => look(endsAt)],
    ["a deletion of the old one", () => remove(machine.secretId)],
    ["a deletion of the machine", () => act(admin, deleteMachines, { machineIds: [machine.machineId] })],
    ["a cancellation", (_: Date, rotationId: string) => cancel(rotationId, false)],
    ["an end by hand", (_: Date, rotationId: string) => endNow(rotationId)],
    ["a deletion of the new one", (_: Date, __: string, successorId: string) => remove(successorId)],
  ])("is there until %s, encrypted, and nowhere afterwards", async (_, end) => {
    const { secret, rotationId, endsAt } = await rotated({ handsOver: true });
    const before = await kept(rotationId);
    expect(before?.value).toBe(secret.clientSecret);
    await end(endsAt, rotationId, secret.secretId);
    expect(await kept(rotationId)).toBeNull();
    const dump = JSON.stringify(await dumpDatabase());
    expect(dump).toContain(rotationId);
    for (const trace of [before?.bytes ?? "", secret.clientSecret]) expect(dump.includes(trace)).toBe(false);
  });

  test("is not kept where nobody asked for it", async () => {
    expect(await kept((await rotated()).rotationId)).toBeNull();
  });
});

const remove = (credentialId: string) =>
  act(admin, deleteCredential, { machineId: machine.machineId, credentialId, confirmedLast: false });
const cancel = (rotationId: string, deletesSuccessor: boolean) =>
  act(admin, cancelRotation, { machineId: machine.machineId, rotationId, deletesSuccessor });
const endNow = (rotationId: string) =>
  act(admin, endRotationNow, { machineId: machine.machineId, rotationId });

describe("a rotation that is ended by hand", () => {
  test("cancelled, the old one has the end that it had; the new one stays", async () => {
    const own = inDays(90);
    await rewriteCredential(machine.secretId, { expiresAt: own });
    const { secret, rotationId } = await rotated({ retirement: "day" });
    expect(await cancel(rotationId, false)).toEqual({ disconnectedHosts: [], stoppedJobs: 0 });
    expect(await storedCredential(machine.secretId)).toMatchObject({ expiresAt: own });
    expect([(await askToken(machine)).status, (await askToken(secret)).status]).toEqual([200, 200]);
    expect(await refusal(cancel(rotationId, false))).toMatchObject({ code: "gone" });
  });

  test("cancelled with the new one, its hosts are cut", async () => {
    const { secret, rotationId } = await rotated();
    await move(secret, "EARLY");
    expect(await cancel(rotationId, true)).toMatchObject({ disconnectedHosts: ["EARLY"] });
    expect([(await askToken(machine)).status, (await askToken(secret)).status]).toEqual([200, 401]);
    expect(await storedCredential(machine.secretId)).toMatchObject({ expiresAt: null });
  });

  test("cancelled, an end that somebody chose meanwhile stays", async () => {
    const { rotationId } = await rotated();
    const chosen = { machineId: machine.machineId, credentialId: machine.secretId, name: "", note: "" };
    const seen = { name: "", note: "", expiresAt: (await storedCredential(machine.secretId)).expiresAt };
    await act(admin, editCredential, { ...chosen, expiresAt: inDays(5), seen });
    const { expiresAt } = await storedCredential(machine.secretId);
    await cancel(rotationId, false);
    expect(await storedCredential(machine.secretId)).toMatchObject({ expiresAt });
  });

  test("ended now, the old one is refused and its hosts are cut", async () => {
    const { id } = await move(machine, "SLOW");
    const { secret, rotationId } = await rotated();
    await endNow(rotationId);
    expect([(await askToken(machine)).status, (await askToken(secret)).status]).toEqual([401, 200]);
    await look();
    expect(await prisma().session.findUniqueOrThrow({ where: { id } })).toMatchObject({
      endCode: "secret_expired",
    });
    expect(await refusal(endNow(rotationId))).toMatchObject({ code: "gone" });
    await flushTokenRequests();
    const refused = { machineId: machine.machineId, outcome: "Refused" } as const;
    expect(await prisma().tokenRequest.findMany({ where: refused })).toMatchObject([
      { credentialId: machine.secretId, reason: "credential_expired", address: CALLER_ADDRESS },
    ]);
  });

  test("of a cancellation and the clock one wins", async () => {
    await move(machine, "HOST");
    const { secret, rotationId } = await rotated();
    await move(secret, "HOST");
    await Promise.all([refusal(cancel(rotationId, false)), look(), look()]);
    const { endCode } = await rotationOf(rotationId);
    const { expiresAt } = await storedCredential(machine.secretId);
    expect([endCode, expiresAt !== null]).toBeOneOf([
      ["moved", true],
      ["cancelled", false],
    ]);
    expect(await events("rotation.ended")).toHaveLength(1);
  });

  test("never leaves nothing that works: the other one may be disabled", async () => {
    await move(machine, "HOST");
    const { secret, rotationId } = await rotated({ handsOver: true });
    await move(secret, "HOST");
    const { machineId } = machine;
    const of = { tenantId: admin.tenantId, machineId };
    const disable = (credentialId: string) =>
      act(admin, disableCredential, { ...of, credentialId, reason: "seen" });
    await disable(secret.secretId);
    await look();
    expect(await rotationOf(rotationId)).toMatchObject({
      endedAt: null,
      handsOver: false,
      encryptedValue: null,
    });
    expect(await refusal(endNow(rotationId))).toMatchObject({ code: "conflict" });
    await act(admin, enableCredential, { ...of, credentialId: secret.secretId });
    await disable(machine.secretId);
    expect(await refusal(cancel(rotationId, true))).toMatchObject({ code: "conflict" });
    await look();
    expect(await rotationOf(rotationId)).toMatchObject({ endCode: "moved" });
  });

  test("by the deletion of the new one, the old one lives on as before", async () => {
    const { secret } = await rotated({ retirement: "hour" });
    await remove(secret.secretId);
    expect(await storedCredential(machine.secretId)).toMatchObject({ expiresAt: null });
  });
});

test("hosts that are missing when the end is near are told of once", async () => {
  await move(machine, "MISSING");
  const { rotationId, endsAt } = await rotated({ retirement: "week" });
  const tell = (now: Date) => inTransaction((db) => tellStuckRotations(systemCtx(db, now)));
  const told = () => prisma().notification.findMany({ where: { credentialId: machine.secretId } });
  await tell(addSeconds(endsAt, -25 * HOUR_SECONDS));
  expect(await told()).toEqual([]);
  await Promise.all([tell(addSeconds(endsAt, -HOUR_SECONDS)), tell(addSeconds(endsAt, -HOUR_SECONDS))]);
  expect(await told()).toMatchObject([
    { kind: "rotation.stuck", details: { rotationId, count: 1, hostNames: ["MISSING"] } },
  ]);
});

describe("what cannot be rotated so is refused at its field", () => {
  const limits = async (lifetimeDaysMax: number | null) => {
    const seen = await ask(admin, getLimits, undefined);
    await act(admin, editLimits, { seen, limits: { ...seen, lifetimeDaysMax } });
  };

  test.each<[string, Asked, string]>([
    ["no end", { retirement: "at" }, "endsAt"],
    ["an end in the past", { retirement: "at", endsAt: new Date(0) }, "endsAt"],
    ["a last date in the past", { retirement: "moved", endsAt: addSeconds(new Date(), -1) }, "endsAt"],
    ["an end in eleven years", { retirement: "at", endsAt: inDays(11 * 366) }, "endsAt"],
    ["a new one that ends first", { retirement: "week", expiresAt: inDays(6) }, "expiresAt"],
    ["a new one that has ended", { expiresAt: new Date(0) }, "expiresAt"],
  ])("%s", async (_, asked, field) => {
    expect(await refusal(rotate(asked))).toMatchObject({ code: "invalid", field });
    expect(await storedCredential(machine.secretId)).toMatchObject({ expiresAt: null });
  });

  test("an end after its own, or beyond the tenant's maximum", async () => {
    await rewriteCredential(machine.secretId, { expiresAt: inDays(2) });
    const at = (days: number) => rotate({ retirement: "at", endsAt: inDays(days) });
    expect(await refusal(at(3))).toMatchObject({ code: "invalid", field: "endsAt" });
    await rewriteCredential(machine.secretId, { expiresAt: null });
    await limits(30);
    expect(await refusal(at(31))).toMatchObject({ code: "invalid", field: "endsAt" });
    const tooLong = rotate({ expiresAt: inDays(31) });
    expect(await refusal(tooLong)).toMatchObject({ code: "invalid", field: "expiresAt" });
    await limits(7);
    const { secret, endsAt } = await rotated();
    expect(secret.expiresAt).toEqual(endsAt);
    await limits(null);
  });

  test("a machine at its limit: the two live at once", async () => {
    for (let more = 1; more < 10; more += 1) await act(admin, addSecret, machine);
    expect(await refusal(rotate())).toMatchObject({
      code: "limit_reached",
      message: expect.stringContaining("live at once"),
    });
    expect(await storedCredential(machine.secretId)).toMatchObject({ expiresAt: null });
  });

  test("one that is part of a rotation, has ended, is deleted or another machine's", async () => {
    const { secret } = await rotated();
    for (const id of [machine.secretId, secret.secretId]) {
      expect(await refusal(rotate({}, id))).toMatchObject({ code: "conflict" });
    }
    const [ended, deleted] = [await act(admin, addSecret, machine), await act(admin, addSecret, machine)];
    await rewriteCredential(ended.secretId, { expiresAt: addSeconds(new Date(), -1) });
    await remove(deleted.secretId);
    for (const id of [ended.secretId, deleted.secretId]) {
      expect(await refusal(rotate({}, id))).toMatchObject({ code: "gone" });
    }
    const other = await provisioned(admin);
    expect(await refusal(rotate({}, other.secretId))).toMatchObject({ code: "not_found" });
  });

  test("two people who rotate it at once: one does", async () => {
    const both = await Promise.all([refusal(rotate()), refusal(rotate())]);
    expect(both.filter((one) => one === null)).toHaveLength(1);
    expect(await prisma().credential.count({ where: { machineId: machine.machineId } })).toBe(2);
  });
});
