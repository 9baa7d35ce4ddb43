import { announce } from "./announce";

type Closing = { readonly name: string; readonly close: () => Promise<void> | void };

/** The end of the process, in order. */
export type Lifecycle = {
  /** Has `close` run when the process ends, before what was registered earlier. */
  before(name: string, close: Closing["close"]): void;
  /** Closes everything and ends the process. */
  end(exitCode: number): Promise<never>;
};

const IMPATIENCE_MILLISECONDS = 1_000;

/**
 * Watches for the signals and failures that end this process. The first SIGTERM, SIGINT or SIGHUP closes everything in order and exits 0; a second
 * one, more than a second later, exits at once. A failure that nobody handled is reported, and ends the process with code 1 after the same closing.
 * @param report receives failures nobody handled
 */
export function watchLifecycle(report: (error: unknown) => void): Lifecycle {
  const closings: Closing[] = [];
  let ending: Promise<never> | undefined;

  const end = (exitCode: number): Promise<never> => {
    ending ??= closeAll(closings, report).then(() => process.exit(exitCode));
    return ending;
  };
  let askedAt: number | undefined;
  const onSignal = (signal: NodeJS.Signals) => {
    if (askedAt !== undefined) {
      // `npm start` passes Ctrl-C on to us although the terminal has sent it to us already.
      if (performance.now() - askedAt > IMPATIENCE_MILLISECONDS) process.exit(130);
      return;
    }
    askedAt = performance.now();
    announce(`${signal}: stopping`);
    void end(0);
  };
  const onFailure = (error: unknown) => {
    report(error);
    void end(1);
  };
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, onSignal);
  process.on("uncaughtException", onFailure);
  process.on("unhandledRejection", onFailure);
  return { before: (name, close) => void closings.push({ name, close }), end };
}

async function closeAll(closings: Closing[], report: (error: unknown) => void): Promise<void> {
  for (const { name, close } of closings.splice(0).reverse()) {
    try {
      await close();
    } catch (error) {
      report(new Error(`closing ${name} failed`, { cause: error }));
    }
  }
}
