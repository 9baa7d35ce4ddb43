import { beforeEach, describe, expect, test } from "vitest";
import type { RobotActor, UserActor } from "@/lib/ctx";
import { listMachines } from "@/lib/fleet/queries/list-machines";
import { listRobots } from "@/lib/fleet/queries/list-robots";
import { readOverview } from "@/lib/fleet/queries/overview";
import { loseJobsOfSilentHosts } from "@/lib/jobs/commands/cut-jobs";
import { addProcess } from "@/lib/jobs/commands/manage-process";
import { addProcessSchema } from "@/lib/jobs/schema";
import { machineListSchema } from "@/lib/machines/schema";
import { noteHearing } from "@/lib/sessions/commands/note-hearing";
import { recordHeartbeat } from "@/lib/sessions/commands/record-heartbeat";
import { removeDeadSessions } from "@/lib/sessions/commands/remove-dead";
import { HEARING_GAP_SECONDS, UNRESPONSIVE_AFTER_SECONDS } from "@/lib/sessions/schema";
import { addSeconds, MINUTE_SECONDS } from "@/lib/time";
import {
  act,
  ask,
  heardUntil,
  inTransaction,
  newTenantAdmin,
  prisma,
  provisioned,
  robotOf,
  sql,
  systemCtx,
  unique,
} from "@/test/world";

const JOBS = 1_000;
const AWAY_SECONDS = 10 * MINUTE_SECONDS;
const NOTE_EVERY_SECONDS = 5;

let admin: UserActor;
let robot: RobotActor;
let now: Date;

/** Hosts that were heard just now, each with a running job. */
async function runningJobs(count: number): Promise<string[]> {
  const { processId } = await act(admin, addProcess, addProcessSchema.parse({ name: unique("process") }));
  const { tenantId, id: machineId, credentialId } = robot;
  const own = { tenantId, machineId, credentialId, address: "", startedAt: now, heartbeatAt: now };
  const names = Array.from({ length: count }, (_, index) => `HOST-${index}`);
  const sessions = await prisma().session.createManyAndReturn({
    data: names.map((name) => ({ ...own, hostName: name, hostKey: name })),
    select: { id: true },
  });
  await prisma().job.createMany({
    data: sessions.map(({ id }) => ({
      tenantId,
      processId,
      sessionId: id,
      state: "Running" as const,
      runtimeType: "Unattended" as const,
      input: {},
      createdAt: now,
      startedAt: now,
    })),
  });
  return sessions.map(({ id }) => id);
}

beforeEach(async () => {
  await prisma().job.deleteMany();
  admin = await newTenantAdmin();
  const machine = await provisioned(admin);
  robot = robotOf(admin, machine);
  now = new Date();
  await heardUntil(now);
});

const note = (at: Date) => noteHearing({ db: sql(), actor: { kind: "system" }, now: at });
/** What a process notes while it serves from `from` to `to`. */
async function serve(from: Date, to: Date): Promise<void> {
  for (let at = from; at <= to; at = addSeconds(at, NOTE_EVERY_SECONDS)) await note(at);
  await note(to);
}
const cutSilent = (at: Date) => inTransaction((db) => loseJobsOfSilentHosts(systemCtx(db, at)));
const running = () => prisma().job.count({ where: { state: "Running" } });
const beat = (sessionId: string, at: Date) =>
  recordHeartbeat({ db: sql(), actor: robot, now: at }, { sessionId });

test("a thousand running jobs survive that nobody was there for ten minutes; who stays silent then is given up", async () => {
  const sessionIds = await runningJobs(JOBS);
  const back = addSeconds(now, AWAY_SECONDS);
  // The clock may look before hearing is noted again, or after.
  expect(await cutSilent(back)).toBe(0);
  await note(back);
  expect(await cutSilent(back)).toBe(0);

  const returning = sessionIds.slice(0, JOBS - 1);
  for (const id of returning) await beat(id, addSeconds(back, 60));
  await serve(back, addSeconds(back, UNRESPONSIVE_AFTER_SECONDS - 1));
  expect(await cutSilent(addSeconds(back, UNRESPONSIVE_AFTER_SECONDS - 1))).toBe(0);
  expect(await running()).toBe(JOBS);

  const later = addSeconds(back, UNRESPONSIVE_AFTER_SECONDS);
  await note(later);
  expect(await cutSilent(later)).toBe(1);
  expect(await running()).toBe(JOBS - 1);
});

describe("just after nobody was there", () => {
  let back: Date;
  beforeEach(async () => {
    await runningJobs(3);
    back = addSeconds(now, AWAY_SECONDS);
    await note(back);
  });

  test("Remove dead ends no session", async () => {
    expect(await act(admin, removeDeadSessions, undefined, back)).toEqual({ removed: 0 });
    expect(await running()).toBe(3);
  });

  test("no page calls a host silent, and each does when it stays so", async () => {
    const states = async (at: Date) => ({
      robots: (await ask(admin, listRobots, {}, at)).map(({ state }) => state),
      filtered: (await ask(admin, listRobots, { state: "Unresponsive" }, at)).length,
      counted: (await ask(admin, readOverview, undefined, at)).hosts.Unresponsive,
      connected: (await ask(admin, listMachines, machineListSchema.parse({}), at)).rows[0]?.connectedHosts,
    });
    const heard = { robots: ["Busy", "Busy", "Busy"], filtered: 0, counted: 0, connected: 3 };
    expect(await states(back)).toEqual(heard);
    const later = addSeconds(back, UNRESPONSIVE_AFTER_SECONDS);
    await serve(back, later);
    const silent = { robots: Array(3).fill("Unresponsive"), filtered: 3, counted: 3, connected: 0 };
    expect(await states(later)).toEqual(silent);
  });
});

describe("hearing has no gap", () => {
  const since = async () => (await prisma().hearing.findFirstOrThrow()).since;

  test("while one of several processes goes on, whose clock may differ", async () => {
    const before = await since();
    for (let seconds = 0; seconds < 300; seconds += NOTE_EVERY_SECONDS) {
      await note(addSeconds(now, seconds));
      if (seconds < 60 || seconds > 240) await note(addSeconds(now, seconds + 20));
    }
    expect(await since()).toEqual(before);
  });

  test("when a restart is quicker than a host needs to count as silent", async () => {
    const before = await since();
    await note(addSeconds(now, HEARING_GAP_SECONDS));
    expect(await since()).toEqual(before);
    const late = addSeconds(now, 2 * HEARING_GAP_SECONDS + 1);
    await note(late);
    expect(await since()).toEqual(late);
  });

  test("that a clock put far ahead could hide: it begins anew when the clock is right again", async () => {
    await note(addSeconds(now, 3_600));
    await note(now);
    expect(await prisma().hearing.findFirstOrThrow()).toMatchObject({ since: now, until: now });
  });
});
