import { beforeEach, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { cancelRehearsal, endRanOut, startRehearsal } from "@/lib/rehearsals/commands";
import { listRehearsals } from "@/lib/rehearsals/queries";
import { isRehearsed } from "@/lib/rehearsals/rules";
import { addSeconds } from "@/lib/time";
import { cutExpired } from "@/lib/workflows/cut-expired";
import { deleteCredential } from "@/lib/workflows/delete-credential";
import { deleteMachines } from "@/lib/workflows/delete-machines";
import { credentialOf, rewriteCredential } from "@/test/credential-rows";
import {
  act,
  ask,
  inDays,
  inTransaction,
  newAdmin,
  newTenantAdmin,
  type Provisioned,
  prisma,
  provisioned,
  refusal,
  systemCtx,
} from "@/test/world";

let admin: UserActor;
let machine: Provisioned;

beforeEach(async () => {
  admin = await newTenantAdmin();
  machine = await provisioned(admin);
});

const subject = () => credentialOf(admin, machine);
const start = (endsAt: Date, now?: Date, actor = admin) =>
  act(actor, startRehearsal, { ...subject(), endsAt }, now);
const open = () => ask(admin, listRehearsals, machine);
const stored = () => prisma().rehearsal.findMany({ where: subject(), orderBy: { id: "asc" } });
const remove = () => act(admin, deleteCredential, { ...subject(), confirmedLast: true });
const clock = (now: Date) => inTransaction((db) => endRanOut(systemCtx(db, now)));

test("a rehearsal is cancelled by a person, once, and another one begins", async () => {
  await start(inDays(7));
  const [{ id: rehearsalId = "" } = {}] = await open();
  expect(await refusal(start(inDays(7)))).toMatchObject({ code: "conflict" });
  await act(admin, cancelRehearsal, { machineId: machine.machineId, rehearsalId });
  expect(await open()).toEqual([]);
  expect(
    await refusal(act(admin, cancelRehearsal, { machineId: machine.machineId, rehearsalId })),
  ).toMatchObject({ code: "gone" });
  await start(inDays(7));
  expect((await stored()).map(({ outcome }) => outcome)).toEqual(["cancelled", null]);
});

test("it is over at the instant it names, whoever looks; one that ran out makes room before the clock comes", async () => {
  const now = new Date();
  const endsAt = inDays(1, now);
  await start(endsAt, now);
  const at = (seconds: number) => addSeconds(endsAt, seconds);
  expect(await ask(admin, listRehearsals, machine, at(-0.001))).toHaveLength(1);
  expect(await ask(admin, listRehearsals, machine, endsAt)).toEqual([]);
  const [{ id: rehearsalId = "" } = {}] = await stored();
  const cancelled = act(admin, cancelRehearsal, { machineId: machine.machineId, rehearsalId }, endsAt);
  expect(await refusal(cancelled)).toMatchObject({ code: "gone" });
  await clock(at(-0.001));
  expect(await stored()).toMatchObject([{ outcome: null }]);
  await start(inDays(3), at(1));
  await Promise.all([clock(at(2)), clock(at(2))]);
  const [first, second] = await stored();
  expect(first).toMatchObject({ outcome: "ran_out" });
  expect(second).toMatchObject({ outcome: null });
  const ends = { machineId: machine.machineId, type: "credential.rehearsal_ended" };
  expect(await prisma().auditEvent.count({ where: ends })).toBe(1);
});

test("from its first instant on and before its last, what happens is rehearsed", () => {
  const startedAt = new Date("2026-05-04T03:02:01.007Z");
  const time = { startedAt, endsAt: addSeconds(startedAt, 10), endedAt: null };
  const at = (milliseconds: number) => new Date(startedAt.getTime() + milliseconds);
  expect([-1, 0, 9_999, 10_000].map((each) => isRehearsed(at(each), time))).toEqual([
    false,
    true,
    true,
    false,
  ]);
  const cancelled = { ...time, endedAt: at(5) };
  expect([4, 5].map((each) => isRehearsed(at(each), cancelled))).toEqual([true, false]);
});

test("the end of the credential is the end of its rehearsal, in the same transaction", async () => {
  await start(inDays(30));
  await remove();
  expect(await stored()).toMatchObject([{ outcome: "deleted", endedAt: expect.any(Date) }]);

  machine = await provisioned(admin);
  await start(inDays(30));
  await rewriteCredential(machine.secretId, { expiresAt: new Date() });
  await inTransaction((db) => cutExpired(systemCtx(db)));
  expect(await stored()).toMatchObject([{ outcome: "deleted" }]);

  machine = await provisioned(admin);
  await start(inDays(30));
  await act(admin, deleteMachines, { machineIds: [machine.machineId] });
  expect(await stored()).toMatchObject([{ outcome: "deleted" }]);
});

test.each([
  ["in the past", () => addSeconds(new Date(), -1)],
  ["after 31 days", () => inDays(31)],
])("an end %s is refused at its field", async (_, endsAt) => {
  expect(await refusal(start(endsAt()))).toMatchObject({ code: "invalid", field: "endsAt" });
});

test("nothing that is over, of another tenant or for a Viewer to decide is rehearsed", async () => {
  const viewer = await newAdmin({ id: admin.tenantId, slug: "" }, "Viewer");
  expect(await refusal(start(inDays(1), undefined, viewer))).toMatchObject({ code: "forbidden" });
  const stranger = await newTenantAdmin();
  expect(await refusal(start(inDays(1), undefined, stranger))).toMatchObject({ code: "not_found" });
  const foreign = act(stranger, startRehearsal, {
    ...subject(),
    tenantId: stranger.tenantId,
    endsAt: inDays(1),
  });
  expect(await refusal(foreign)).toMatchObject({ code: "gone" });
  await start(inDays(1));
  const [{ id: rehearsalId = "" } = {}] = await open();
  const theirs = act(stranger, cancelRehearsal, { machineId: machine.machineId, rehearsalId });
  expect(await refusal(theirs)).toMatchObject({ code: "not_found" });
  await remove();
  expect(await refusal(start(inDays(1)))).toMatchObject({ code: "gone" });
});

test("Latchkey itself begins one when a leak was reported, and says so", async () => {
  await inTransaction((db) => startRehearsal(systemCtx(db), { ...subject(), endsAt: inDays(14) }));
  expect(await open()).toMatchObject([{ startedBy: null }]);
  const where = { credentialId: machine.secretId, type: "credential.rehearsal_started" };
  expect(await prisma().auditEvent.findFirst({ where })).toMatchObject({
    tenantId: admin.tenantId,
    actorKind: "system",
  });
});

test("of many that start, cancel and delete at once, one is rehearsed at a time and none after the deletion", async () => {
  for (let round = 0; round < 10; round += 1) {
    machine = await provisioned(admin);
    const others = round % 2 === 0 ? [remove()] : [];
    await Promise.all([...[1, 2, 3].map((days) => refusal(start(inDays(days)))), ...others]);
    const going = await open();
    expect(going).toHaveLength(round % 2);
    for (const { outcome } of await stored()) expect(outcome).toBe(round % 2 === 0 ? "deleted" : null);
    const [{ id: rehearsalId = "" } = {}] = going;
    if (round % 2 === 0) continue;
    const both = [
      refusal(act(admin, cancelRehearsal, { machineId: machine.machineId, rehearsalId })),
      remove(),
    ];
    await Promise.all(both);
    const [one] = await stored();
    expect(one?.outcome).toBeOneOf(["cancelled", "deleted"]);
    const ends = { credentialId: machine.secretId, type: "credential.rehearsal_ended" };
    expect(await prisma().auditEvent.count({ where: ends })).toBe(1);
  }
});
