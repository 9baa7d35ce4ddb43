import { expect, test } from "vitest";
import { Refusal } from "@/lib/errors";
import { isEnded, type JobDeed, nextState, ON_HOST } from "@/lib/jobs/rules";
import type { JobState } from "@/lib/jobs/schema";
import { times } from "@/test/drill";
import { forAny, type Random } from "@/test/random";
import { prisma } from "@/test/world";
import { addJob, anyDeed, newScene, ROOM, type Scene } from "./job-lives";

const ROUNDS = times("ROUNDS", 4);
const AT_ONCE = 6;

const DEEDS: readonly JobDeed[] = [
  "claim",
  "stop",
  "kill",
  "report Successful",
  "report Faulted",
  "report Stopped",
  "cut",
  "lose host",
];

/** @returns whether deeds of the table lead from one state to the other, none of them included */
function leadsTo(from: JobState, to: JobState): boolean {
  if (from === to) return true;
  return DEEDS.some((deed) => {
    const next = nextState(from, deed);
    return next !== null && leadsTo(next, to);
  });
}

const rowsOf = (scene: Scene) =>
  prisma().job.findMany({ where: { tenantId: scene.admin.tenantId }, include: { session: true } });
type Row = Awaited<ReturnType<typeof rowsOf>>[number];

/** What may be true of a job's row now, after what it was a moment ago. */
function checkStep(before: Row | undefined, now: Row): void {
  const from = before?.state ?? "Pending";
  expect(leadsTo(from, now.state), `${from} → ${now.state}`).toBe(true);
  if (before?.sessionId) expect(now.sessionId, "a job stays with its host").toBe(before.sessionId);
  if (before && isEnded(before.state))
    expect(now, "what has ended changes no more").toEqual({ ...before, session: now.session });
  expect(now.endedAt !== null, "an end has a time").toBe(isEnded(now.state));
  if (ON_HOST.includes(now.state))
    expect(now.session?.endedAt, "nothing runs on an ended session").toBeNull();
}

/** No host runs more than its machine allows. */
function checkRoom(rows: readonly Row[], { machines }: Scene): void {
  const busy = new Map<string, number>();
  for (const { state, runtimeType, session } of rows) {
    if (!session || !ON_HOST.includes(state)) continue;
    const place = `${session.id} ${runtimeType}`;
    const count = (busy.get(place) ?? 0) + 1;
    busy.set(place, count);
    const room = ROOM[machines.findIndex(({ machineId }) => machineId === session.machineId)];
    expect(count, place).toBeLessThanOrEqual(room?.[runtimeType] ?? 0);
  }
}

/** The record tells of every job once that it began, where it did, and once that it ended, as it did. */
async function checkRecord(rows: readonly Row[], { admin }: Scene): Promise<void> {
  const events = await prisma().auditEvent.findMany({
    where: { tenantId: admin.tenantId, type: { startsWith: "job." } },
  });
  for (const { id, state, sessionId, stopAskedAt, killAskedAt } of rows) {
    const own = events.filter(({ details }) => (details as { jobId?: string }).jobId === id);
    const count = (type: string) => own.filter((event) => event.type === type).length;
    expect({
      created: count("job.created"),
      started: count("job.started"),
      stops: count("job.stop_asked"),
      kills: count("job.kill_asked"),
      ends: own
        .filter(({ type }) => type === "job.ended")
        .map(({ details }) => (details as { state?: string }).state),
    }).toEqual({
      created: 1,
      started: sessionId ? 1 : 0,
      stops: stopAskedAt ? 1 : 0,
      kills: killAskedAt ? 1 : 0,
      ends: isEnded(state) ? [state] : [],
    });
  }
}

/** One job was given to one host, under one name. */
function checkHandOvers(rows: readonly Row[], { handedOver }: Scene): void {
  for (const { jobId, sessionId, claimId } of handedOver) {
    const row = rows.find(({ id }) => id === jobId);
    expect({ sessionId: row?.sessionId, claimId: row?.claimId }).toEqual({ sessionId, claimId });
  }
}

/** Lives through some rounds of deeds that happen at once and tells every state it sees; refusals are answers, anything else thrown is a failure. */
async function live(scene: Scene, values: Random, seen: (state: JobState) => void): Promise<void> {
  for (const processId of scene.processIds) await addJob(scene, { processId, hostName: "" });
  let before = await rowsOf(scene);
  for (let round = 0; round < ROUNDS; round += 1) {
    const deeds = Array.from({ length: 2 + values.below(AT_ONCE - 1) }, () => anyDeed(scene, values));
    for (const done of await Promise.allSettled(deeds.map((deed) => deed()))) {
      if (done.status === "rejected" && !(done.reason instanceof Refusal)) throw done.reason;
    }
    const rows = await rowsOf(scene);
    for (const row of rows)
      checkStep(
        before.find(({ id }) => id === row.id),
        row,
      );
    checkRoom(rows, scene);
    for (const { state } of rows) seen(state);
    before = rows;
  }
  await checkRecord(before, scene);
  checkHandOvers(before, scene);
}

test("whatever people, robots and the clock do at once, a job has one host, one life and one end", async () => {
  const reached = new Set<JobState>();
  await forAny(async (values) => {
    await live(await newScene(), values, (state) => reached.add(state));
  }, 10);
  // The lives were worth watching: one SEED alone may reach fewer.
  if (!process.env.SEED) expect(reached.size).toBeGreaterThanOrEqual(5);
});
