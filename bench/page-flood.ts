import { once } from "node:events";
import { database } from "@/lib/db";
import { hashPassword } from "@/lib/users/passwords";
import { Visitor } from "@/test/shipped/visitor";
import { startChild } from "./child";
import { printTable, quantile, setting } from "./figures";
import { startInstallation } from "./installation";
import { openLines, sendPaced } from "./pace";
import type { PeopleOrder, PeopleReport } from "./people";
import { processorSeconds } from "./processes";
import { heartbeatRequest } from "./requests";
import { buyTokens, makeSessions } from "./sessions";

/**
 * What a flood of people does to robots: heartbeats at a steady rate, alone and beside signed-in people who ask for one page after another over
 * many connections. A heartbeat is sent when it is due, and its latency counts from then.
 */
const RATE = setting("RATE", 3_000);
const PEOPLE = setting("PEOPLE", 32);
const SECONDS = setting("SECONDS", 15);
const ROUNDS = setting("ROUNDS", 3);
const MACHINES = 50;
const HOSTS_OF_MACHINE = 10;
const LINES = 256;
const PASSWORD = "correct horse battery";

const bench = await startInstallation({ machines: MACHINES, durability: "durable" });
const { url, port, pid } = bench.server;

async function signedInCookie(): Promise<string> {
  const hash = await hashPassword(PASSWORD);
  const { id: adminId, name: email, tenantId } = bench.admin;
  const { prisma } = database();
  const [now, role] = [new Date(), "Administrator" as const];
  await prisma.adminPassword.create({ data: { adminId, hash, changedAt: now } });
  await prisma.membership.create({ data: { adminId, tenantId, role, createdAt: now } });
  const visitor = new Visitor(url);
  await visitor.signIn({ email, password: PASSWORD });
  return [...visitor.cookies].map(([name, { value }]) => `${name}=${value}`).join("; ");
}

const { child, said: _ready } = await startChild<"ready">("people.ts");

const gone = once(child, "exit").then(() => Promise.reject(new Error("the people's process ended")));
gone.catch(() => undefined);

async function flood(paths: readonly string[], cookie: string): Promise<PeopleReport> {
  const order: PeopleOrder = { url, cookie, paths, connections: PEOPLE, seconds: SECONDS };
  child.send(order);
  const [report] = (await Promise.race([once(child, "message"), gone])) as [PeopleReport];
  return report;
}

try {
  const cookie = await signedInCookie();
  const hosts = Array(HOSTS_OF_MACHINE).fill(bench.machines).flat();
  const tokens = await buyTokens(bench, hosts);
  const sessions = await makeSessions(bench, bench.machines, HOSTS_OF_MACHINE);
  const beats = sessions.map(({ id }, index) =>
    heartbeatRequest(url, id, { authorization: `Bearer ${tokens[index]}` }),
  );
  const home = "/tenants/bench";
  const floods: Readonly<Record<string, readonly string[]>> = {
    "nobody else": [],
    "Machines, 50 rows": [`${home}/machines?size=50`],
    "Overview, Robots and Settings": [home, `${home}/robots`, `${home}/settings`],
  };
  const rows = new Map<string, string[][]>();
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [name, paths] of Object.entries(floods)) {
      const latencies: number[] = [];
      const failures: string[] = [];
      const lines = await openLines(port, LINES, {
        answered: (milliseconds) => void latencies.push(milliseconds),
        failed: (why) => void failures.push(why),
      });
      const before = processorSeconds(pid);
      const startedAt = performance.now();
      const pages = paths.length > 0 ? flood(paths, cookie) : undefined;
      await sendPaced(beats, lines, { perSecond: RATE, seconds: SECONDS });
      const people = await pages;
      const seconds = (performance.now() - startedAt) / 1000;
      const left = lines.reduce((sum, line) => sum + line.end(), 0);
      // The first round warms up.
      if (round === 0) continue;
      const figures = [
        (latencies.length / SECONDS).toFixed(0),
        ...[0.5, 0.99, 1].map((share) => quantile(latencies, share).toFixed(1)),
        String(left + failures.length),
        ...(people === undefined
          ? ["", "", "", ""]
          : [
              (people.pages.length / seconds).toFixed(1),
              quantile(people.pages, 0.5).toFixed(0),
              quantile(people.pages, 0.99).toFixed(0),
              String(people.refused),
            ]),
        (((processorSeconds(pid) - before) / seconds) * 100).toFixed(0),
      ];
      rows.set(name, [...(rows.get(name) ?? []), figures]);
    }
  }
  console.log(
    `${RATE} heartbeats a second are due, beside ${PEOPLE} people; ${ROUNDS} rounds of ${SECONDS} s`,
  );
  printTable(
    [
      "beside",
      "heartbeats/s",
      "p50 ms",
      "p99 ms",
      "max ms",
      "not answered",
      "pages/s",
      "page p50 ms",
      "page p99 ms",
      "refused",
      "server CPU %",
    ],
    [...rows].flatMap(([name, rounds]) => rounds.map((figures) => [name, ...figures])),
  );
} finally {
  child.kill();
  await bench.stop();
}
