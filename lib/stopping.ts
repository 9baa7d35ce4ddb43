import { oncePerProcess } from "@/lib/shared";

type Stop = () => Promise<void> | void;

/** Both module graphs of the process, ours and Next.js's, register in the same place. */
const stops = (): Map<string, Stop> => oncePerProcess("stopping", () => new Map());

/**
 * Has `stop` run once when the process stops, after the last request was answered and before the database is closed. Registering a
 * name again replaces what it stood for.
 *
 * @param name what is stopped, for the log; hooks run in the reverse order of their first registration
 * @param stop may take a few seconds; its failure is logged and does not keep the others from running
 */
export function onStop(name: string, stop: Stop): void {
  stops().set(name, stop);
}

const asked = (): Map<string, () => void> => oncePerProcess("asked to stop", () => new Map());

/**
 * Has `letGo` run when the process is asked to stop, before the requests in flight are waited for: whoever would keep such a
 * request open for as long as it likes ends it here.
 */
export function onStopAsked(name: string, letGo: () => void): void {
  asked().set(name, letGo);
}

/** Has everything that waits let go; only the process itself calls this. */
export function askToStop(): void {
  for (const letGo of asked().values()) letGo();
}

/** All of them together. Whoever asked the process to stop kills it soon after. */
const PATIENCE_MILLISECONDS = 15_000;

/**
 * Runs everything registered with {@link onStop}, the latest first, one after the other; only the process itself calls this. When time is
 * up the rest is begun and not waited for.
 *
 * @returns the failures, with the name of what failed.
 */
export async function runStops(
  patienceMilliseconds = PATIENCE_MILLISECONDS,
): Promise<{ name: string; error: unknown }[]> {
  const failures: { name: string; error: unknown }[] = [];
  let timer: NodeJS.Timeout | undefined;
  const impatience = new Promise<never>((_, reject) => {
    timer = setTimeout(reject, patienceMilliseconds, new Error("it took too long to stop"));
  });
  impatience.catch(() => undefined);
  for (const [name, stop] of [...stops()].reverse()) {
    try {
      await Promise.race([stop(), impatience]);
    } catch (error) {
      failures.push({ name, error });
    }
  }
  clearTimeout(timer);
  stops().clear();
  return failures;
}
