import pino from "pino";
import { logOutput } from "@/lib/log-output";
import { withoutSecretFields, withoutSecrets } from "@/lib/log-text";
import { oncePerProcess } from "@/lib/shared";
import { SECOND_MILLISECONDS } from "@/lib/time";

const errorWithoutSecretFields = (error: Error) => withoutSecretFields(pino.stdSerializers.err(error));

const output = oncePerProcess("log output", () =>
  // To be asked for it makes Node.js have a pipe not block.
  logOutput(process.stdout.fd, (lost) =>
    log.warn({ lost }, "lines of the log could not be written and are lost"),
  ),
);

/**
 * The process's log: one JSON object a line on standard output, at the latest 0.2 seconds later, which is what a `kill -9` may lose. Fields that
 * could hold a credential, and whatever looks like one in a line, are removed whatever the caller passes; still, pass none. server.ts sets the
 * level once the environment is read.
 */
export const log = oncePerProcess("log", () =>
  pino(
    {
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { log: (fields) => withoutSecretFields(fields) as Record<string, unknown> },
      serializers: { err: errorWithoutSecretFields },
      hooks: { streamWrite: withoutSecrets },
    },
    output,
  ),
);

/** Has what was logged stand before what is printed next. */
export const flushLog = () => output.flushSync();

/**
 * Lines about refused requests, a process: so many a second in the long run, some 500 MB a day however hard somebody tries, and a
 * burst in full.
 */
export const REFUSALS = { aSecond: 20, burst: 2_000 } as const;

const refusals = () =>
  oncePerProcess("refusal lines", () => ({ allowance: REFUSALS.burst as number, at: 0, leftOut: 0 }));

/**
 * Logs that a request was refused, unless lines come so fast that they would fill the disk; how many were left out is said later.
 * @param fields asked for only when the line is written
 */
export function logRefusal(fields: () => Readonly<Record<string, unknown>>, message: string): void {
  const state = refusals();
  const now = performance.now();
  const earned = ((now - state.at) / SECOND_MILLISECONDS) * REFUSALS.aSecond;
  state.allowance = Math.min(REFUSALS.burst, state.allowance + earned);
  state.at = now;
  if (state.allowance < 1) {
    state.leftOut += 1;
    return;
  }
  state.allowance -= 1;
  if (state.leftOut > 0) log.info({ leftOut: state.leftOut }, "refusals were left out of the log");
  state.leftOut = 0;
  log.info(fields(), message);
}
