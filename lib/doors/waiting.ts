import { hear, hearStop } from "./signals";

/** One host that waits for a job of its tenant. */
type Waiter = () => void;

const queues = new Map<string, { readonly waiters: Set<Waiter>; readonly stopHearing: () => void }>();

/** How many hosts try for one job at once; each that finds more waiting wakes another. */
const WOKEN_AT_ONCE = 4;

function queueOf(tenantId: string) {
  const known = queues.get(tenantId);
  if (known) return known;
  const waiters = new Set<Waiter>();
  const wake = (count: number) => {
    for (const waiter of [...waiters].slice(0, count)) waiter();
  };
  const stopHearing = hear(`job ${tenantId}`, (signal) => wake(signal ? WOKEN_AT_ONCE : waiters.size));
  const queue = { waiters, stopHearing };
  queues.set(tenantId, queue);
  return queue;
}

/** Wakes the host of this tenant that has waited longest in this process. */
export function wakeOne(tenantId: string): void {
  const [first] = queues.get(tenantId)?.waiters ?? [];
  first?.();
}

/**
 * Waits until a job may be there, the session changed, the time is up, the caller hung up or the process stops.
 * @returns what ended the wait; whoever waited looks at the tables then
 */
export function waitForJob(
  tenantId: string,
  sessionId: string,
  milliseconds: number,
  hungUp: AbortSignal,
): Promise<"woken" | "time is up" | "hung up"> {
  const queue = queueOf(tenantId);
  return new Promise((resolve) => {
    const done = (outcome: "woken" | "time is up" | "hung up") => {
      clearTimeout(timer);
      hungUp.removeEventListener("abort", leave);
      stopHearingSession();
      stopHearingStop();
      queue.waiters.delete(wake);
      if (queue.waiters.size === 0) {
        queue.stopHearing();
        queues.delete(tenantId);
      }
      resolve(outcome);
    };
    const wake = () => done("woken");
    const leave = () => done("hung up");
    const timer = setTimeout(() => done("time is up"), milliseconds);
    const stopHearingSession = hear(`session ${sessionId}`, wake);
    const stopHearingStop = hearStop(() => done("time is up"));
    queue.waiters.add(wake);
    hungUp.addEventListener("abort", leave);
  });
}
