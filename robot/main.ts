import { readArguments, USAGE } from "./arguments";
import { EXIT_CODES, endOf, type RobotEnd } from "./exit-codes";
import { logToStderr as log } from "./log";
import { readProcesses } from "./processes";
import { askOn } from "./prompt";
import { runRobot } from "./robot";
import { readSettings } from "./settings";

/** A second signal after that long means that somebody will not wait. */
const IMPATIENCE_MILLISECONDS = 1_000;

/** Reads what the robot is given and runs it. @returns what ended it */
async function run(): Promise<RobotEnd | null> {
  const given = readArguments(process.argv.slice(2));
  if (given.help) {
    process.stdout.write(USAGE);
    return null;
  }
  const processes = readProcesses(given.processes);
  const isTerminal = process.stdin.isTTY && process.stderr.isTTY;
  const ask = isTerminal ? askOn({ input: process.stdin, output: process.stderr }) : undefined;
  const settings = await readSettings(process.env, given.envFile, ask);
  if (settings.url.protocol === "http:" && !/^(?:localhost|127\..*|\[::1\])$/.test(settings.url.hostname)) {
    log(`warning: ${settings.url.origin} is not encrypted; everybody on the way can read what it sends`);
  }
  const [stop, hurry] = [new AbortController(), new AbortController()];
  let askedAt = Number.POSITIVE_INFINITY;
  for (const name of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    process.on(name, () => {
      stop.abort();
      // npm passes Ctrl-C on although the terminal has sent it already.
      if (performance.now() - askedAt > IMPATIENCE_MILLISECONDS) hurry.abort();
      askedAt = Math.min(askedAt, performance.now());
    });
  }
  return runRobot({ settings, processes, log, stop: stop.signal, hurry: hurry.signal });
}

// The watchdog ends the jobs of a robot that leaves like this.
process.on("uncaughtException", (error) => {
  log(`exit ${EXIT_CODES.unexpected}: ${error.stack ?? error.message}`);
  process.exit(EXIT_CODES.unexpected);
});

const end = await run().catch(endOf);
if (end) log(`exit ${end.exitCode}: ${end.message}`);
// Not by itself: a request that nobody waits for must not hold a robot that has been cut.
process.exit(end?.exitCode ?? 0);
