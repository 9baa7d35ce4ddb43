import { afterAll, beforeAll, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { addProcess } from "@/lib/jobs/commands/manage-process";
import { startJob } from "@/lib/jobs/commands/start-job";
import { ON_HOST } from "@/lib/jobs/rules";
import { addProcessSchema } from "@/lib/jobs/schema";
import { times } from "@/test/drill";
import { act, newTenantAdmin, prisma, provisioned } from "@/test/people";
import { type FLEET_SCRIPTS, type Fleet, startFleet } from "./fleet";
import { type Installation, startInstallation } from "./installation";

const HOSTS = 100;
const CRASHES = times("CRASHES", 1);
/** More than there is room for, so that jobs are also being handed over when the database crashes. */
const JOBS_A_CRASH = 150;
/** Of these, so many run until the crash is over, however slow the machine is. */
const HELD = 10;
const PATIENCE = { interval: 200 };

let installation: Installation;
let admin: UserActor;
let fleet: Fleet | undefined;

beforeAll(async () => {
  installation = await startInstallation({ processes: 2, durability: "crashable" });
  admin = await newTenantAdmin();
});
afterAll(async () => {
  await fleet?.stop();
  fleet?.remove();
  await installation?.stop();
});

type Name = keyof typeof FLEET_SCRIPTS;

/** Starts jobs that end before, while and after the database is away: some at once, some seconds later, some when they are let. */
async function startJobs(crash: number, processIds: ReadonlyMap<Name, string>): Promise<[string, Name][]> {
  const jobs: [string, Name][] = [];
  let begun = 0;
  const person = async () => {
    while (begun < JOBS_A_CRASH) {
      const index = begun;
      begun += 1;
      const name = index < HELD ? "hold" : index % 5 === 4 ? "fail" : "succeed";
      const input = name === "hold" ? crash : 2 * (index % 6);
      const job = { processId: processIds.get(name) ?? "", hostName: "", input };
      jobs.push([(await act(admin, startJob, job)).jobId, name]);
    }
  };
  await Promise.all(Array.from({ length: 4 }, person));
  return jobs;
}

const own = () => ({ tenantId: admin.tenantId });
/** Not a number while the database is away. */
const endedJobs = () =>
  prisma()
    .job.count({ where: { ...own(), endedAt: { not: null } } })
    .catch(() => Number.NaN);
const heldJobs = () =>
  prisma().job.count({ where: { ...own(), process: { name: "hold" }, state: { in: [...ON_HOST] } } });
const connectedHosts = () => prisma().session.count({ where: { ...own(), endedAt: null } });

test("a job ends once and as its own record says, though the database crashes under 100 hosts", async () => {
  const processIds = new Map<Name, string>();
  for (const name of ["succeed", "fail", "hold"] as const) {
    processIds.set(name, (await act(admin, addProcess, addProcessSchema.parse({ name }))).processId);
  }
  const urls = [installation.latchkey, ...installation.others].map(({ url }) => url);
  const hostNames = Array.from({ length: HOSTS }, (_, index) => `HOST-${index}`);
  fleet = startFleet(urls, await provisioned(admin), hostNames);
  await expect.poll(connectedHosts, PATIENCE).toBe(HOSTS);

  const jobs = new Map<string, Name>();
  for (let crash = 0; crash < CRASHES; crash += 1) {
    for (const [jobId, name] of await startJobs(crash, processIds)) jobs.set(jobId, name);
    await expect.poll(endedJobs, PATIENCE).toBeGreaterThan((crash + 0.2) * JOBS_A_CRASH);
    await expect.poll(heldJobs, PATIENCE).toBe(HELD);
    installation.crashDatabase();
    fleet.release(crash);
    await expect.poll(endedJobs, PATIENCE).toBe(jobs.size);
  }

  expect(await connectedHosts()).toBe(HOSTS);
  const rows = await prisma().job.findMany({ where: own() });
  expect(rows).toHaveLength(jobs.size);
  const types = { type: { in: ["job.started", "job.ended"] } };
  const events = await prisma().auditEvent.findMany({ where: { ...own(), ...types } });
  const record = fleet.record();
  for (const { id, state, error, endCode } of rows) {
    const isFail = jobs.get(id) === "fail";
    const words = record.filter(({ jobId }) => jobId === id).map(({ word }) => word);
    expect(words, id).toEqual(["began", isFail ? "failed" : "succeeded"]);
    const truth = isFail
      ? { state: "Faulted", error: "The process ended with code 3." }
      : { state: "Successful", error: null };
    expect({ state, error, endCode }, id).toEqual({ ...truth, endCode: null });
    const told = events.filter(({ details }) => (details as { jobId?: string }).jobId === id);
    expect(told.map(({ type }) => type).sort(), id).toEqual(["job.ended", "job.started"]);
  }
  const ends = await fleet.stop();
  expect(new Set(ends.map(({ kind }) => kind))).toEqual(new Set(["stopped"]));
});
