import { backOffSeconds, type Patience, patience as realPatience } from "./back-off";
import { liveOn, MayMove } from "./connection";
import { endOf, RobotEnd } from "./exit-codes";
import { keepJobs } from "./jobs";
import type { Log } from "./log";
import { orchestratorAt } from "./orchestrator";
import type { LocalProcesses } from "./processes";
import { endOfSession, openSession, type Session, SessionOver } from "./session";
import type { Settings } from "./settings";
import { type Rotation, type Successor, takeSuccessor } from "./successor";
import { tokenCache } from "./tokens";
import { startWatchdog } from "./watchdog";

/** A session that lasted this long was a good one; before, the next try waits longer. */
const GOOD_SESSION_SECONDS = 30;
/** How long the last reports and the farewell may take. */
const FAREWELL_SECONDS = 10;

/** What a robot is run with. */
export type RobotOptions = {
  readonly settings: Settings;
  readonly processes: LocalProcesses;
  readonly log: Log;
  readonly patience?: Patience;
  /** Aborted to stop the robot in order. */
  readonly stop: AbortSignal;
  /** Aborted when stopping takes too long for somebody. */
  readonly hurry: AbortSignal;
};

const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });

/** Ends with nothing left to stop in order: the server has ended the jobs already. */
const isCut = ({ kind }: RobotEnd) => kind === "cut" || kind === "disconnected";

/** Runs a robot until something ends it. @returns what did */
export async function runRobot({
  settings,
  processes,
  log,
  patience = realPatience,
  stop,
  hurry,
}: RobotOptions): Promise<RobotEnd> {
  const over = new AbortController();
  const draining = new AbortController();
  let credential = settings.credential;
  let tokens = tokenCache(settings);
  const orchestrator = orchestratorAt(settings.url, tokens, log);
  const watchdog = startWatchdog();
  let sessionId: string | undefined;
  let fail: (end: RobotEnd) => void = () => undefined;
  const failed = new Promise<RobotEnd>((resolve) => {
    fail = resolve;
  });
  /** What is to be used instead of the credential that the session is on, once it is there. */
  let succeeding: Promise<Successor | null> = Promise.resolve(null);
  const { stopGraceSeconds } = settings;
  const tools = { orchestrator, processes, watchdog, patience, stopGraceSeconds, log, over: over.signal };
  // What a job meets that reports with a credential which has ended, the connection meets, too, and knows what to do.
  const jobs = keepJobs(tools, async (end) => {
    if (end.kind !== "cut" || (await succeeding) === null) fail(end);
  });

  const connect = (by = orchestrator) => openSession(by, settings, jobs.ids, { patience, log }, over.signal);

  function succeed(rotation: Rotation, session: Session, signal: AbortSignal): Promise<Successor | null> {
    const tools = { orchestrator, settings: { ...settings, credential }, tokens, patience, log };
    succeeding = takeSuccessor(rotation, session.id, tools, signal);
    return succeeding;
  }

  /** The old one ended before the host had moved: its jobs are over, and it goes on with the new one. */
  async function successorAfter(end: RobotEnd): Promise<Successor | null> {
    if (end.kind !== "cut") return null;
    jobs.killAll();
    const successor = await succeeding;
    if (!successor) return null;
    log(`${end.message}; going on with the new client secret or key`);
    return { ...successor, putBack: () => undefined };
  }

  /** Opens the session anew with another credential, or where that is not good any more with the one the robot has. */
  async function moveTo(successor: Successor): Promise<Session> {
    try {
      const session = await orchestrator.moveTo(successor.tokens, connect);
      tokens.forget();
      ({ credential, tokens } = successor);
      return session;
    } catch (error) {
      if (!(error instanceof RobotEnd)) throw error;
      successor.putBack();
      log(
        `the new client secret or key does not connect this host (${error.message}); going on with the one before`,
      );
      return connect();
    }
  }

  async function stayConnected(): Promise<never> {
    let successor: Successor | null = null;
    for (let failures = 1; ; failures += 1) {
      const session = await (successor ? moveTo(successor) : connect());
      successor = null;
      succeeding = Promise.resolve(null);
      sessionId = session.id;
      log(`connected to ${settings.url.origin} as host ${settings.hostName}, session ${session.id}`);
      const connectedAt = performance.now();
      try {
        const tools = { orchestrator, jobs, patience, log, succeed };
        return await liveOn(session, tools, draining.signal, over.signal);
      } catch (error) {
        if (error instanceof MayMove) {
          successor = error.to;
          continue;
        }
        const over = error instanceof SessionOver ? error : null;
        const end = over ? endOfSession(over) : endOf(error);
        if (end) {
          successor = await successorAfter(end);
          if (successor) continue;
          throw end;
        }
        sessionId = undefined;
        log(`the session ended (${over?.message}); connecting again`);
      }
      if (performance.now() - connectedAt > GOOD_SESSION_SECONDS * 1000) failures = 1;
      await patience.pause(backOffSeconds(failures, patience.random), over.signal);
    }
  }

  const quietly = (seconds: number) => patience.pause(seconds, over.signal).catch(() => undefined);

  /** Ends the jobs in order, while the connection goes on: it may be cut in the meantime. */
  async function drain(): Promise<void> {
    draining.abort();
    await Promise.race([
      jobs.stopAll(),
      aborted(hurry).then(() => {
        jobs.killAll();
        return quietly(FAREWELL_SECONDS);
      }),
      quietly(stopGraceSeconds + FAREWELL_SECONDS),
    ]);
  }

  async function leave(): Promise<void> {
    if (sessionId === undefined) return;
    const signal = AbortSignal.timeout(FAREWELL_SECONDS * 1000);
    await orchestrator.send("DELETE", `sessions/${sessionId}`, { signal }).catch(() => undefined);
  }

  const cutOrFailed = Promise.race([
    stayConnected().then(
      () => new RobotEnd("unexpected", "the connection ended without a reason"),
      (error: unknown) => endOf(error),
    ),
    failed,
  ]);
  const stopped = aborted(stop).then(() => new RobotEnd("stopped", "stopped by a signal"));
  let end = await Promise.race([cutOrFailed, stopped]);
  log(end.kind === "stopped" ? "stopping: jobs are asked to end" : `ending: ${end.message}`);
  if (!isCut(end)) {
    const first = end;
    const worse = first.kind === "stopped" ? cutOrFailed : failed;
    end = await Promise.race([drain().then(() => first), worse]);
  }
  jobs.killAll();
  if (!isCut(end) && end.kind !== "replaced") await leave();
  over.abort(end);
  tokens.forget();
  watchdog.release();
  return end;
}
