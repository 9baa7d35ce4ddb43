import { beforeEach, expect, test } from "vitest";
import { flushTokenRequests } from "@/lib/activity/token-requests";
import { tellRehearsedUses } from "@/lib/background/rehearsed-uses";
import type { UserActor } from "@/lib/ctx";
import { readActivity } from "@/lib/fleet/queries/read-activity";
import { readRehearsals } from "@/lib/fleet/queries/rehearsed-uses";
import { addProcess } from "@/lib/jobs/commands/manage-process";
import { startJob } from "@/lib/jobs/commands/start-job";
import { addProcessSchema } from "@/lib/jobs/schema";
import { cancelRehearsal, startRehearsal } from "@/lib/rehearsals/commands";
import { addSeconds, DAY_SECONDS } from "@/lib/time";
import { credentialOf } from "@/test/credential-rows";
import { askToken, buyToken, connect, send } from "@/test/robot";
import { statementsOf } from "@/test/tenant-condition";
import {
  act,
  ask,
  CALLER_ADDRESS,
  inTransaction,
  newTenantAdmin,
  type Provisioned,
  prisma,
  provisioned,
  systemCtx,
} from "@/test/world";

let admin: UserActor;
let machine: Provisioned;

beforeEach(async () => {
  admin = await newTenantAdmin();
  machine = await provisioned(admin);
});

const subject = () => credentialOf(admin, machine);
const start = (now = new Date()) =>
  act(admin, startRehearsal, { ...subject(), endsAt: addSeconds(now, DAY_SECONDS) }, now);
async function report() {
  await flushTokenRequests();
  const [found] = await ask(admin, readRehearsals, machine);
  if (!found) throw new Error("nothing is rehearsed");
  return found;
}
const beat = (id: string, token: string) => send("POST", `sessions/${id}/heartbeat`, token);

/** Looks as the clock does after a minute and the next ones, in two processes at once. */
async function told(minutes: number) {
  const now = addSeconds(new Date(), 61 * minutes);
  const look = () => inTransaction((db) => tellRehearsedUses(systemCtx(db, now)));
  await Promise.all([look(), look()]);
  const where = { tenantId: admin.tenantId };
  return (await prisma().notification.findMany({ where, orderBy: { id: "asc" } })).map(
    ({ details }) => details,
  );
}

/** Hosts that are connected with the credential, as robots' requests would have left them. */
async function connected(count: number, from = 0): Promise<void> {
  const now = new Date();
  await prisma().session.createMany({
    data: Array.from({ length: count }, (_, index) => ({
      ...subject(),
      hostName: `HOST-${from + index}`,
      hostKey: `host-${from + index}`,
      address: `192.0.2.${index % 250}`,
      startedAt: now,
      heartbeatAt: now,
    })),
  });
}

test("names host, address and running job of whoever uses it, and nobody from before or after", async () => {
  const token = await buyToken(machine);
  await connect(token, "HOST-BEFORE");
  const { id } = await connect(token, "HOST-WORKS");
  await flushTokenRequests();
  await start();
  expect(await report()).toMatchObject({ hosts: [], hostCount: 0, addresses: [], addressCount: 0 });

  const process = addProcessSchema.parse({ name: "Close the month", defaultInput: "" });
  const { processId } = await act(admin, addProcess, process);
  await act(admin, startJob, { processId, hostName: "" });
  expect((await send("POST", `sessions/${id}/jobs/next`, token, { waitSeconds: 0 })).status).toBe(200);
  expect((await beat(id, token)).status).toBe(200);
  expect(await report()).toMatchObject({
    hosts: [
      {
        hostName: "HOST-WORKS",
        address: CALLER_ADDRESS,
        lastSeenAt: expect.any(Date),
        jobs: [{ processName: "Close the month" }],
      },
    ],
    hostCount: 1,
    addresses: [],
  });
  expect((await askToken(machine)).status).toBe(200);
  const { id: rehearsalId, addresses } = await report();
  expect(addresses).toMatchObject([{ address: CALLER_ADDRESS }]);
  await act(admin, cancelRehearsal, { machineId: machine.machineId, rehearsalId });
  expect((await askToken(machine)).status).toBe(200);
  await flushTokenRequests();
  const { rows } = await ask(admin, readActivity, {});
  expect(rows.map(({ isRehearsed }) => isRehearsed)).toEqual([false, true, false]);
});

test("robots' requests ask nothing of rehearsals", async () => {
  const before = await statementsOf(() => askToken(machine));
  await start();
  const sent = await statementsOf(async () => {
    const token = await buyToken(machine);
    const { id } = await connect(token, "HOST");
    await beat(id, token);
    await flushTokenRequests();
  });
  expect(before.length).toBeGreaterThan(0);
  expect(sent.length).toBeGreaterThan(before.length);
  expect(sent.filter(({ text }) => /rehears/.test(text))).toEqual([]);
});

test("people are told of each host once, of all in one look together, and of a program that is no host", async () => {
  await start();
  await connected(200);
  expect(await told(1)).toMatchObject([{ state: "rehearsed", count: 200, uses: expect.any(Array) }]);
  const [first] = await told(2);
  expect((first as { uses: unknown[] }).uses).toHaveLength(20);
  await connected(1, 200);
  const now = new Date();
  const uses = { firstAt: now, lastAt: now, count: 1, ...subject() };
  const { machineId: _machineId, ...use } = uses;
  for (const address of ["192.0.2.0", "198.51.100.1"]) {
    await prisma().credentialUse.create({ data: { ...use, address } });
  }
  const notices = await told(3);
  expect(notices).toHaveLength(2);
  expect(notices[1]).toMatchObject({
    machineName: machine.machineName,
    count: 2,
    uses: [
      { hostName: "HOST-200", address: "192.0.2.0", jobs: [] },
      { hostName: null, address: "198.51.100.1", jobs: [] },
    ],
  });
  expect(await told(4)).toHaveLength(2);
});

test("nobody is told of a rehearsal that is over, and what was noted for it is gone", async () => {
  await start();
  await connected(2);
  expect(await told(1)).toHaveLength(1);
  const { id: rehearsalId } = await report();
  await act(admin, cancelRehearsal, { machineId: machine.machineId, rehearsalId });
  await connected(1, 2);
  expect(await told(2)).toHaveLength(1);
  expect(await prisma().rehearsalTold.count({ where: { rehearsalId } })).toBe(0);
});
