import { database } from "@/lib/db";
import { readSilentSince } from "@/lib/sessions/queries";
import { HEARTBEAT_INTERVAL_SECONDS } from "@/lib/sessions/schema";
import { systemCtx } from "@/test/people";
import { printTable, quantile, setting } from "./figures";
import { startInstallation } from "./installation";
import { type Outcome, openLines, sendPaced } from "./pace";
import { processorSeconds, residentMib } from "./processes";
import { heartbeatRequest } from "./requests";
import { buyTokens, makeSessions } from "./sessions";

/**
 * A fleet as it is most of the time: every host beats at its own moment of the interval, with its own token, over connections that a balancer
 * keeps. Requests are sent when they are due, whatever became of those before, and latency counts from then.
 */
const SESSIONS = setting("SESSIONS", 100_000);
const MACHINES = setting("MACHINES", 5_000);
const CONNECTIONS = setting("CONNECTIONS", 5_000);
const SECONDS = setting("SECONDS", 600);
const REPORT_SECONDS = 10;

const bench = await startInstallation({
  machines: MACHINES,
  durability: "durable",
  env: { ACCESS_TOKEN_LIFETIME_SECONDS: "86400" },
});
const { url, port, pid } = bench.server;

let latencies: number[] = [];
const failures = new Map<string, number>();
const outcome: Outcome = {
  answered: (milliseconds) => void latencies.push(milliseconds),
  failed: (why) => void failures.set(why, (failures.get(why) ?? 0) + 1),
};

/** @returns how many hosts count as Unresponsive now, by the product's own rule, and the longest silence in seconds */
async function silence(): Promise<{ unresponsive: number; seconds: number }> {
  const now = new Date();
  const { prisma } = database();
  const silent = await readSilentSince(systemCtx(prisma, now));
  const unresponsive = await prisma.session.count({ where: { endedAt: null, heartbeatAt: { lte: silent } } });
  const { _min } = await prisma.session.aggregate({ _min: { heartbeatAt: true }, where: { endedAt: null } });
  return { unresponsive, seconds: (now.getTime() - (_min.heartbeatAt ?? now).getTime()) / 1000 };
}

const COLUMNS = [
  "seconds",
  "heartbeats/s",
  "p50 ms",
  "p99 ms",
  "max ms",
  "server CPU %",
  "PostgreSQL CPU %",
  "MiB",
];
const row = (
  name: string,
  latencies: readonly number[],
  seconds: number,
  [server = 0, postgres = 0]: number[],
) => [
  name,
  (latencies.length / seconds).toFixed(0),
  ...[0.5, 0.99, 1].map((share) => quantile(latencies, share).toFixed(1)),
  ...[server, postgres].map((busy) => ((busy / seconds) * 100).toFixed(0)),
  residentMib(pid).toFixed(0),
];

try {
  console.log(`${MACHINES} machines are there; ${SESSIONS} tokens are bought`);
  const hostsOfMachine = Math.ceil(SESSIONS / MACHINES);
  const tokens = await buyTokens(bench, Array(hostsOfMachine).fill(bench.machines).flat());
  // Not before: who waits for a token is silent.
  const sessions = await makeSessions(bench, bench.machines, hostsOfMachine);
  const beats = sessions.map(({ id }, index) =>
    heartbeatRequest(url, id, { authorization: `Bearer ${tokens[index]}` }),
  );
  const lines = await openLines(port, CONNECTIONS, outcome);
  console.log(
    `${SESSIONS} hosts beat every ${HEARTBEAT_INTERVAL_SECONDS} s, ${CONNECTIONS} connections, ${SECONDS} s`,
  );
  console.log(`| ${COLUMNS.join(" | ")} | silent for, s | unresponsive |`);
  const busy = () => [processorSeconds(pid), processorSeconds(bench.postgresPid)];
  const since = (before: readonly number[]) => busy().map((now, index) => now - (before[index] ?? 0));
  const all: number[] = [];
  const [startedAt, busyAtStart] = [performance.now(), busy()];
  let [unresponsive, last, busyBefore] = [0, startedAt, busyAtStart];
  const report = async () => {
    const [now, own] = [performance.now(), latencies];
    latencies = [];
    for (const latency of own) all.push(latency);
    const heard = await silence();
    unresponsive = Math.max(unresponsive, heard.unresponsive);
    const cells = row(((now - startedAt) / 1000).toFixed(0), own, (now - last) / 1000, since(busyBefore));
    console.log(`| ${[...cells, heard.seconds.toFixed(1), heard.unresponsive].join(" | ")} |`);
    [last, busyBefore] = [now, busy()];
  };
  const reporting = setInterval(report, REPORT_SECONDS * 1000);
  await sendPaced(beats, lines, { perSecond: beats.length / HEARTBEAT_INTERVAL_SECONDS, seconds: SECONDS });
  clearInterval(reporting);
  await report();
  const left = lines.reduce((sum, line) => sum + line.end(), 0);
  printTable(COLUMNS, [row("all", all, (performance.now() - startedAt) / 1000, since(busyAtStart))]);
  console.log(`\nmost hosts Unresponsive at any look: ${unresponsive}`);
  console.log(`due and not answered when time was up: ${left}`);
  console.log(`failures: ${[...failures].map(([what, count]) => `${count} × ${what}`).join(", ") || "none"}`);
} finally {
  await bench.stop();
}
