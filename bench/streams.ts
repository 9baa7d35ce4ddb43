import { setTimeout as pause } from "node:timers/promises";
import { setting } from "./figures";
import { openStreams } from "./hosts";
import { startInstallation } from "./installation";
import { processorSeconds, residentMib } from "./processes";
import { buyTokens, makeSessions } from "./sessions";

/** What idle streams of events cost a server process: memory for each, and processor time for all. */
const STREAMS = setting("STREAMS", 2_000);
const IDLE_SECONDS = 30;
const SETTLE_SECONDS = 10;

const bench = await startInstallation({ machines: 1 });
const { pid, url } = bench.server;

/** @returns the processor's share during the time, in per cent of one core */
async function processorShare(seconds: number): Promise<number> {
  const before = processorSeconds(pid);
  await pause(seconds * 1000);
  return ((processorSeconds(pid) - before) / seconds) * 100;
}

try {
  const [token = ""] = await buyTokens(bench, bench.machines);
  const sessions = await makeSessions(bench, bench.machines, STREAMS);
  const sharedBefore = await processorShare(SETTLE_SECONDS);
  const before = residentMib(pid);
  const hosts = await openStreams({ urls: [url], token, sessionIds: sessions.map(({ id }) => id) });
  const opened = residentMib(pid);
  await pause(SETTLE_SECONDS * 1000);
  const share = await processorShare(IDLE_SECONDS);
  const after = residentMib(pid);
  hosts.stop();
  const kib = (mib: number) => ((mib * 1024) / STREAMS).toFixed(1);
  console.log(`\n${STREAMS} streams in one process\n`);
  console.log("| what | value |\n|---|---:|");
  console.log(`| resident before | ${before.toFixed(0)} MiB |`);
  console.log(`| resident with all streams just opened | ${opened.toFixed(0)} MiB |`);
  console.log(`| resident after ${SETTLE_SECONDS + IDLE_SECONDS} s idle | ${after.toFixed(0)} MiB |`);
  console.log(`| a stream, just opened | ${kib(opened - before)} KiB |`);
  console.log(`| a stream, after ${SETTLE_SECONDS + IDLE_SECONDS} s | ${kib(after - before)} KiB |`);
  console.log(`| processor without streams | ${sharedBefore.toFixed(1)} % of a core |`);
  console.log(`| processor with idle streams | ${share.toFixed(1)} % of a core |`);
} finally {
  await bench.stop();
}
