import { forgetActivity } from "@/lib/activity/commands";
import { activityListSchema } from "@/lib/activity/schema";
import type { UserActor } from "@/lib/ctx";
import { database } from "@/lib/db";
import { readActivity } from "@/lib/fleet/queries/read-activity";
import { addSeconds, DAY_SECONDS } from "@/lib/time";
import { ask, systemCtx } from "@/test/people";
import { median, setting } from "./figures";
import { startInstallation, startServer } from "./installation";
import { inTurn } from "./lane-rows";
import { load } from "./load";
import { tokenRequest, tokenUrlOf } from "./requests";

const CONNECTIONS = 16;
const SECONDS = setting("SECONDS", 4);
const ROUNDS = setting("ROUNDS", 5);
const ROWS = setting("ROWS", 2_000_000);

/** @returns the milliseconds that it takes, the middle of five times */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let time = 0; time < 5; time += 1) {
    const startedAt = performance.now();
    await work();
    times.push(performance.now() - startedAt);
  }
  return median(times);
}

/** Lists and deletion where the record is large: rows of 200 machines over 30 days, one in 100 refused. */
async function measureLargeRecord(admin: UserActor, machineIds: readonly string[]): Promise<void> {
  const { prisma } = database();
  const now = new Date();
  const begin = addSeconds(now, -30 * DAY_SECONDS);
  await prisma.$transaction(
    async (db) => {
      await db.$executeRaw`SET LOCAL statement_timeout = 0`;
      await db.$executeRaw`
        INSERT INTO token_requests (tenant_id, machine_id, outcome, address, at, is_folded, last_at, count)
        SELECT ${admin.tenantId}::uuid, (${[...machineIds]}::uuid[])[1 + n % ${machineIds.length}::int],
               (CASE WHEN n % 100 = 0 THEN 'Refused' ELSE 'Granted' END)::"TokenOutcome", '10.0.0.1', t.at, false, t.at, 1
          FROM generate_series(1, ${ROWS}::int) n
         CROSS JOIN LATERAL (SELECT ${begin}::timestamptz + n * (interval '30 days' / ${ROWS}::int) AS at) t`;
      await db.$executeRaw`ANALYZE token_requests`;
    },
    { timeout: 600_000 },
  );
  const page = (query: object) =>
    timed(() => ask(admin, (ctx) => readActivity(ctx, activityListSchema.parse(query)), null, now));
  const old = `${addSeconds(begin, DAY_SECONDS).toISOString()}~1`;
  const [machine = ""] = machineIds;
  const measured: Record<string, number> = {
    "the tenant's newest page": await page({}),
    "a page 29 days back": await page({ older: old }),
    "refused ones": await page({ outcome: "Refused" }),
    "one machine's": await page({ machine }),
    "one machine's, refused, 29 days back": await page({ machine, outcome: "Refused", older: old }),
    "deleting 5,000 rows": await timed(() =>
      prisma.$transaction((db) => forgetActivity(systemCtx(db, addSeconds(now, DAY_SECONDS)))),
    ),
  };
  console.log(`\n| ${ROWS.toLocaleString("en")} rows | milliseconds |\n|---|---:|`);
  for (const [name, milliseconds] of Object.entries(measured)) {
    console.log(`| ${name} | ${milliseconds.toFixed(1)} |`);
  }
}

// Two servers on one database, which differ in nothing but whether they record; ratios are taken within a round, so that what else the
// machine does strikes both.
const recording = await startInstallation({ machines: 200 });
const silent = await startServer({ ...recording.env, SIGN_IN_ACTIVITY_DAYS: "0" });
try {
  const url = tokenUrlOf(recording.server.url);
  const buying = recording.machines.map((machine) => tokenRequest(url, machine));
  const garbage = tokenRequest(url, {
    clientId: recording.machines[0]?.clientId ?? "",
    clientSecret: "lks_garbage",
  });
  const kinds: Record<string, { readonly next: () => Buffer; readonly expectedStatus: number }> = {
    "tokens, 200 machines in turn": { next: inTurn(buying), expectedStatus: 200 },
    "tokens, one machine": { next: inTurn(buying.slice(0, 1)), expectedStatus: 200 },
    "garbage refused": { next: () => garbage, expectedStatus: 401 },
  };
  console.log(`\n${CONNECTIONS} connections, ${ROUNDS} rounds of ${SECONDS} s; medians\n`);
  console.log(
    "| what | recorded, per second | not recorded, per second | ratio within a round |\n|---|---:|---:|---:|",
  );
  for (const [name, asked] of Object.entries(kinds)) {
    const rounds: { with: number; without: number }[] = [];
    for (let round = 0; round <= ROUNDS; round += 1) {
      const measure = async (port: number) =>
        (await load({ ...asked, port }, { connections: CONNECTIONS, seconds: round === 0 ? 1 : SECONDS }))
          .perSecond;
      // Round 0 warms up. Who comes first changes, so that neither has the better half of a round.
      const isRecordingFirst = round % 2 === 0;
      const one = await measure(isRecordingFirst ? recording.server.port : silent.port);
      const two = await measure(isRecordingFirst ? silent.port : recording.server.port);
      if (round > 0)
        rounds.push(isRecordingFirst ? { with: one, without: two } : { with: two, without: one });
    }
    const ratios = rounds.map((round) => round.with / round.without);
    console.log(
      `| ${name} | ${median(rounds.map((round) => round.with)).toFixed(0)} | ${median(rounds.map((round) => round.without)).toFixed(0)} | ${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}) |`,
    );
  }
  await measureLargeRecord(
    recording.admin,
    recording.machines.map(({ machineId }) => machineId),
  );
} finally {
  await silent.stop();
  await recording.stop();
}
