import { setTimeout as pause } from "node:timers/promises";
import { median, setting } from "./figures";
import { startInstallation } from "./installation";
import { inTurn } from "./lane-rows";
import { load } from "./load";
import { processorSeconds, residentMib } from "./processes";
import { heartbeatRequest, tokenRequest, tokenUrlOf } from "./requests";
import { buyTokens, makeSessions } from "./sessions";

/** What a server process keeps resident: idle, and while it answers a million requests, tokens and heartbeats in turn. */
const REQUESTS = setting("REQUESTS", 1_000_000);
const CONNECTIONS = setting("CONNECTIONS", 64);
const STEPS = 10;
const MACHINES = 50;
const HOSTS_OF_MACHINE = 20;
const IDLE_SECONDS = 20;

const bench = await startInstallation({ machines: MACHINES, durability: "durable" });
const { pid, port, url } = bench.server;
const say = (what: string, mib: number, rest = "") =>
  console.log(`| ${what} | ${mib.toFixed(0)} | ${rest} |`);

try {
  await pause(IDLE_SECONDS * 1000);
  console.log("\n| requests | MiB resident | per second, server CPU µs |\n|---|---:|---|");
  say("idle", residentMib(pid));
  const sessions = await makeSessions(bench, bench.machines, HOSTS_OF_MACHINE);
  const asked: number[] = [];
  for (let step = 1; step <= STEPS; step += 1) {
    // Anew, as they live for an hour and a slow machine may take longer for all steps.
    const tokens = await buyTokens(
      bench,
      sessions.map(({ machine }) => machine),
    );
    const mixed = sessions.flatMap(({ id, machine }, index) => [
      tokenRequest(tokenUrlOf(url), machine),
      heartbeatRequest(url, id, { authorization: `Bearer ${tokens[index]}` }),
    ]);
    const before = processorSeconds(pid);
    const { requests, perSecond } = await load(
      { port, next: inTurn(mixed), expectedStatus: 200 },
      { connections: CONNECTIONS, requests: REQUESTS / STEPS },
    );
    const microseconds = ((processorSeconds(pid) - before) / requests) * 1e6;
    asked.push(residentMib(pid));
    say(
      ((REQUESTS / STEPS) * step).toLocaleString("en"),
      residentMib(pid),
      `${perSecond.toFixed(0)}, ${microseconds.toFixed(0)}`,
    );
  }
  await pause(IDLE_SECONDS * 1000);
  say(`${IDLE_SECONDS} s later`, residentMib(pid));
  const growth = median(asked.slice(-3)) - median(asked.slice(1, 4));
  console.log(`\nmedian of the last three steps less that of the second to fourth: ${growth.toFixed(0)} MiB`);
} finally {
  await bench.stop();
}
