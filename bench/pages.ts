import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Ctx, UserActor } from "@/lib/ctx";
import { openDatabase } from "@/lib/database-connection";
import { database } from "@/lib/db";
import { listMachines } from "@/lib/fleet/queries/list-machines";
import { listRobots } from "@/lib/fleet/queries/list-robots";
import { countHosts, readOverview } from "@/lib/fleet/queries/overview";
import { listJobs } from "@/lib/jobs/queries";
import { jobCursorText, jobListSchema } from "@/lib/jobs/schema";
import { machineListSchema } from "@/lib/machines/schema";
import { runStops } from "@/lib/stopping";
import { migrate } from "@/server/database/migrations";
import { startScratchPostgres } from "@/tools/scratch-postgres";
import { CROWDED, makeEndedSessions, makeJobs, makeMachines } from "./page-rows";

/** How many machines the one tenant has. */
const ROWS = Number(process.env.ROWS ?? 1_000_000);
const JOBS = Number(process.env.JOBS ?? ROWS);
const TIMES = Number(process.env.TIMES ?? 20);
/** What is measured: all, or what has this in its name. */
const ONLY = new RegExp(process.env.ONLY ?? "");
/** A database that is kept, so that the next run need not make its rows; a scratch one otherwise. */
const KEPT = process.env.PAGES_DATABASE_URL;

const scratch = KEPT === undefined ? await startScratchPostgres() : null;
const url = scratch?.url ?? KEPT ?? "";
Object.assign(process.env, {
  DATABASE_URL: url,
  APP_SECRET: randomBytes(32).toString("base64url"),
  ORIGIN: "http://localhost:3000",
  LOG_LEVEL: "warn",
});
await migrate(url, join(process.cwd(), "prisma/migrations"));
const db = await openDatabase(url);
const { rows: known } = await db.query("SELECT FROM tenants WHERE slug = $1", [CROWDED]);
if (known.length === 0) {
  const startedAt = performance.now();
  await makeMachines(db, ROWS);
  console.log(
    `made ${ROWS.toLocaleString("en")} machines in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`,
  );
}
const { rows: knownJobs } = await db.query("SELECT FROM processes LIMIT 1");
if (knownJobs.length === 0) {
  await makeEndedSessions(db, JOBS);
  await makeJobs(db, JOBS);
}
const { prisma } = database();
const tenant = await prisma.tenant.findUniqueOrThrow({ where: { slug: CROWDED } });
const actor: UserActor = {
  kind: "admin",
  id: "00000000-0000-7000-8000-000000000000",
  name: "bench",
  address: null,
  tenantId: tenant.id,
  role: "Administrator",
  managesInstallation: false,
};
const ctx = (): Ctx => ({ db: prisma, actor, now: new Date() });

/** Asks so often, after one time that warms up, and prints the middle and the slow end in milliseconds. */
async function measure(name: string, ask: () => Promise<unknown>): Promise<void> {
  if (!ONLY.test(name)) return;
  const times: number[] = [];
  for (let time = -1; time < TIMES; time += 1) {
    const startedAt = performance.now();
    await ask();
    if (time >= 0) times.push(performance.now() - startedAt);
  }
  times.sort((one, other) => one - other);
  const at = (share: number) => (times[Math.ceil(share * times.length) - 1] ?? Number.NaN).toFixed(1);
  console.log(`| ${name.padEnd(52)} | ${at(0.5).padStart(7)} | ${at(0.95).padStart(7)} |`);
}

const machines = (asked: object) => () => listMachines(ctx(), machineListSchema.parse(asked));

console.log(`\n| ${"what".padEnd(52)} |  p50 ms |  p95 ms |\n|${"-".repeat(54)}|--------:|--------:|`);
await measure("bare: 25 machines by name", () =>
  db.query({
    name: "bare",
    text: "SELECT * FROM machines WHERE tenant_id = $1 AND deleted_at IS NULL ORDER BY name_key LIMIT 25",
    values: [tenant.id],
  }),
);
await measure("Machines", machines({}));
await measure("Overview", () => readOverview(ctx()));
for (const search of [
  "robot-123",
  "robot-654321",
  "hall 17",
  "line-42",
  "billing host 777",
  "billing",
  "no such machine",
  "zq",
  "b",
])
  await measure(`search "${search}"`, machines({ search }));
for (const filter of [
  { type: "Standard" },
  { state: "disabled" },
  { state: "enabled" },
  { secrets: "neverUsed" },
  { secrets: "unused" },
  { secrets: "single" },
  { type: "Standard", state: "disabled", secrets: "unused", search: "robot" },
])
  await measure(JSON.stringify(filter), machines(filter));
for (const sort of ["name", "type", "description", "secrets", "hosts", "lastUsed", "created"])
  for (const direction of ["asc", "desc"])
    await measure(`sort ${sort} ${direction}`, machines({ sort, direction }));
for (const sort of ["hosts", "lastUsed", "secrets"])
  for (const secrets of ["unused", "single", "neverUsed"])
    await measure(`${secrets}, sort ${sort}`, machines({ sort, secrets, direction: "desc" }));
for (const page of [2, 400, 20_000]) await measure(`page ${page}, typed`, machines({ page }));
const middle = await machines({ page: 20_000 })();
await measure("page 20,001, by its link", machines({ page: 20_001, after: middle.after }));
await measure("last page", machines({ fromEnd: 1 }));

const jobs = (asked: object) => () => listJobs(ctx(), jobListSchema.parse(asked));
const { rows: someJobs } = await jobs({ page: 300 })();
const after = someJobs[0] && jobCursorText(someJobs[0]);
const { process: one } = await prisma.job.findFirstOrThrow({
  where: { tenantId: tenant.id },
  select: { process: { select: { id: true } } },
});
await measure("Jobs", jobs({}));
await measure("Jobs: last page", jobs({ fromEnd: 1 }));
await measure("Jobs: page 301, by its link", jobs({ page: 301, after }));
for (const state of ["Pending", "Faulted", "Successful", "Stopped"])
  await measure(`Jobs: ${state}`, jobs({ state }));
await measure("Jobs: of a process", jobs({ process: one.id }));
await measure("Robots", () => listRobots(ctx(), { skip: 0, take: 100 }));
await measure("Robots: counts", () => countHosts(ctx()));

await db.end();
await runStops();
await scratch?.stop();
