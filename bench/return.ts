import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { database } from "@/lib/db";
import { addSeconds, MINUTE_SECONDS } from "@/lib/time";
import { startChild } from "./child";
import { nowMilliseconds } from "./event-streams";
import { printTable, quantile, setting } from "./figures";
import { dealtOut } from "./hosts";
import { startInstallation } from "./installation";
import { processorSeconds, residentMib } from "./processes";
import type { Returned, ReturnOrder } from "./returning-robots";
import { makeSessions } from "./sessions";

/**
 * A power cut is over: all robots start at one moment. Each buys a token, takes over the session that its host had, and opens its stream, over
 * one connection of its own. How long until all are Available, and whether any that is right was refused.
 */
const ROBOTS = setting("ROBOTS", 10_000);
const MACHINES = setting("MACHINES", 500);
const CLIENTS = setting("CLIENTS", 2);

const bench = await startInstallation({ machines: MACHINES, durability: "durable" });
const { url, pid } = bench.server;
const clients: ChildProcess[] = [];

try {
  const cutAt = addSeconds(new Date(), -5 * MINUTE_SECONDS);
  const sessions = await makeSessions(bench, bench.machines, Math.ceil(ROBOTS / MACHINES), cutAt);
  const robots = sessions
    .slice(0, ROBOTS)
    .map(({ hostName, machine: { clientId, clientSecret } }) => ({ clientId, clientSecret, hostName }));
  const orders = dealtOut(robots, CLIENTS).map((part): ReturnOrder => ({ url, robots: part }));
  for (const _ of orders) clients.push((await startChild("returning-robots.ts")).child);
  const busy = () =>
    [[pid], [bench.postgresPid], clients.map((client) => client.pid ?? 0)].map((pids) =>
      pids.reduce((sum, one) => sum + processorSeconds(one), 0),
    );
  const [before, startedAt, beganAt] = [busy(), nowMilliseconds(), new Date()];
  let mib = 0;
  const watch = setInterval(() => {
    mib = Math.max(mib, residentMib(pid));
  }, 500);
  const returns = clients.map(async (client, index) => {
    client.send(orders[index] as ReturnOrder);
    const [returned] = (await once(client, "message")) as [Returned];
    return returned;
  });
  const all = await Promise.all(returns);
  clearInterval(watch);
  const used = busy().map((after, index) => (after - (before[index] ?? 0)).toFixed(1));
  const available = await database().prisma.session.count({
    where: { endedAt: null, heartbeatAt: { gte: beganAt } },
  });
  console.log(`\n${ROBOTS} robots of ${MACHINES} machines, seconds after their start`);
  const line = (name: string, instants: readonly number[]) => [
    name,
    ...[0.5, 0.99, 1].map((share) => ((quantile(instants, share) - startedAt) / 1000).toFixed(1)),
  ];
  printTable(
    ["has", "half", "99 in 100", "all"],
    (["tokens", "sessions", "streams"] as const).map((what) =>
      line(
        what,
        all.flatMap((returned) => returned[what]),
      ),
    ),
  );
  console.log(`\nAvailable: ${available} of ${ROBOTS}`);
  console.log(
    `processor seconds: server ${used[0]}, PostgreSQL ${used[1]}, robots ${used[2]}; server at most ${mib.toFixed(0)} MiB`,
  );
  const failures = new Map<string, number>();
  for (const [what, count] of all.flatMap((returned) => Object.entries(returned.failures)))
    failures.set(what, (failures.get(what) ?? 0) + count);
  console.log(
    `not answered as it should be: ${[...failures].map(([what, count]) => `${count} × ${what}`).join(", ") || "nothing"}`,
  );
} finally {
  for (const client of clients) client.kill();
  await bench.stop();
}
