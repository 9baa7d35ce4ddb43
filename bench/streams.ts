import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { startBench } from "./fleet";
import { buyToken, connectHosts } from "./hosts";

/** What idle streams of events cost a server process: memory for each, and processor time for all. */
const STREAMS = 2_000;
const IDLE_SECONDS = 30;
/** Linux counts processor time in hundredths of a second, whatever the kernel's own clock. */
const TICKS_A_SECOND = 100;
const SETTLE_SECONDS = 10;

const bench = await startBench(1, 3299);
const [machine] = bench.machines;
const { pid } = bench.latchkey.child;
if (!machine || pid === undefined) throw new Error("the server did not start");

/** @returns resident memory of the server process in KiB */
function residentKib(): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
}

/** @returns processor time of the server process so far, in seconds */
function processorSeconds(): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

/** @returns the processor's share during the time, in per cent of one core */
async function processorShare(seconds: number): Promise<number> {
  const before = processorSeconds();
  await pause(seconds * 1000);
  return ((processorSeconds() - before) / seconds) * 100;
}

try {
  const token = await buyToken(bench.origin, machine);
  const hosts = await connectHosts({ urls: [bench.origin], token, hosts: STREAMS });
  const sharedBefore = await processorShare(SETTLE_SECONDS);
  const before = residentKib();
  await hosts.openStreams();
  const opened = residentKib();
  await pause(SETTLE_SECONDS * 1000);
  const share = await processorShare(IDLE_SECONDS);
  const after = residentKib();
  hosts.stop();
  const mib = (kib: number) => (kib / 1024).toFixed(0);
  console.log(`\n${STREAMS} streams in one process\n`);
  console.log("| what | value |\n|---|---:|");
  console.log(`| resident before, ${STREAMS} hosts connected | ${mib(before)} MiB |`);
  console.log(`| resident with all streams just opened | ${mib(opened)} MiB |`);
  console.log(`| resident after ${SETTLE_SECONDS + IDLE_SECONDS} s idle | ${mib(after)} MiB |`);
  console.log(`| a stream, just opened | ${((opened - before) / STREAMS).toFixed(1)} KiB |`);
  console.log(
    `| a stream, after ${SETTLE_SECONDS + IDLE_SECONDS} s | ${((after - before) / STREAMS).toFixed(1)} KiB |`,
  );
  console.log(`| processor without streams | ${sharedBefore.toFixed(1)} % of a core |`);
  console.log(`| processor with idle streams | ${share.toFixed(1)} % of a core |`);
} finally {
  await bench.stop();
}
