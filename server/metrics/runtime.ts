import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import type { Figure } from "@/lib/figures";
import { SECOND_MILLISECONDS } from "@/lib/time";
import type { Definition } from "./definitions";

const LOOP_RESOLUTION_MILLISECONDS = 20;
const NANOSECONDS = 1e9;
const MICROSECONDS = 1e6;

const alone = (value: number): Figure[] => [{ labels: {}, value }];

/**
 * What every program says of itself, under the names that prom-client gives it. prom-client's own also look at each collection of garbage and list each
 * connection, which costs 2 % of the processor under load, and more the more connections there are.
 */
export function runtimeDefinitions(): Definition[] {
  const delay = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MILLISECONDS });
  delay.enable();
  let before = performance.eventLoopUtilization();
  // It holds what was since it was read the last time, of all that is said of it at once.
  const loop = { p50: 0, p99: 0, max: 0, utilization: 0 };
  const readLoop = () => {
    const now = performance.eventLoopUtilization();
    const seconds = (nanoseconds: number) =>
      Math.max(0, nanoseconds / NANOSECONDS - LOOP_RESOLUTION_MILLISECONDS / SECOND_MILLISECONDS);
    loop.p50 = seconds(delay.percentile(50));
    loop.p99 = seconds(delay.percentile(99));
    loop.max = seconds(delay.max);
    loop.utilization = performance.eventLoopUtilization(now, before).utilization;
    before = now;
    delay.reset();
    return loop;
  };
  const lag = (name: string, help: string, value: () => number): Definition => ({
    name,
    help: `${help}, since it was asked the last time; of several processes the one that has it worst.`,
    type: "gauge",
    labelNames: [],
    aggregator: "max",
    read: () => alone(value()),
  });
  const gauge = (name: string, help: string, value: () => number): Definition => {
    return { name, help, type: "gauge", labelNames: [], read: () => alone(value()) };
  };
  const processor = (name: string, help: string, of: (usage: NodeJS.CpuUsage) => number): Definition => {
    const read = () => alone(of(process.cpuUsage()) / MICROSECONDS);
    return { name, help, type: "counter", labelNames: [], read };
  };
  return [
    // The first reads for those below it.
    lag(
      "nodejs_eventloop_lag_p50_seconds",
      "Half of all timers are late by at most this",
      () => readLoop().p50,
    ),
    lag("nodejs_eventloop_lag_p99_seconds", "99 in 100 timers are late by at most this", () => loop.p99),
    lag("nodejs_eventloop_lag_max_seconds", "How late the latest timer was", () => loop.max),
    lag("nodejs_eventloop_utilization", "The share of the time in which it was busy", () => loop.utilization),
    processor("process_cpu_user_seconds_total", "Processor time in user mode.", ({ user }) => user),
    processor("process_cpu_system_seconds_total", "Processor time in the system.", ({ system }) => system),
    processor("process_cpu_seconds_total", "Processor time.", ({ user, system }) => user + system),
    gauge("process_resident_memory_bytes", "Memory in use.", () => process.memoryUsage.rss()),
    gauge(
      "nodejs_heap_size_used_bytes",
      "Of it, what lives on the heap.",
      () => process.memoryUsage().heapUsed,
    ),
    gauge("nodejs_heap_size_total_bytes", "The heap.", () => process.memoryUsage().heapTotal),
    gauge("nodejs_external_memory_bytes", "Buffers.", () => process.memoryUsage().external),
    {
      ...gauge(
        "process_start_time_seconds",
        "When the first of the processes began.",
        () => performance.timeOrigin / SECOND_MILLISECONDS,
      ),
      aggregator: "min",
    },
  ];
}
