import { randomUUID } from "node:crypto";
import { z } from "zod";
import { type Patience, untilAnswered } from "./back-off";
import { listen } from "./events";
import type { Jobs } from "./jobs";
import type { Log } from "./log";
import type { Asking, Orchestrator } from "./orchestrator";
import { type Session, sessionAnswer } from "./session";
import type { Rotation, Successor } from "./successor";

const LONG_POLL_SECONDS = 30;
const LONG_POLL_TIMEOUT_SECONDS = 45;
/** A server that has nothing to say answers late; one that answers "nothing" at once is stopping. */
const EMPTY_ANSWER_PAUSE_SECONDS = 1;

const jobSchema = z.object({
  id: z.uuid(),
  processName: z.string(),
  state: z.string(),
  input: z.unknown(),
});
const runtimes = z.number().int().min(0);
const meSchema = z.object({
  machine: z.object({
    unattendedRuntimes: runtimes,
    nonProductionRuntimes: runtimes,
    testingRuntimes: runtimes,
  }),
});

/** What a connection works with. */
export type ConnectionTools = {
  readonly orchestrator: Orchestrator;
  readonly jobs: Jobs;
  readonly patience: Patience;
  readonly log: Log;
  /** Takes what is to be used instead of the credential that the session is on; null where there is nothing. Never rejects. */
  readonly succeed: (rotation: Rotation, session: Session, signal: AbortSignal) => Promise<Successor | null>;
};

/** The host may open its session anew with another credential. */
export class MayMove extends Error {
  constructor(readonly to: Successor) {
    super("the session is opened anew with another credential");
    this.name = "MayMove";
  }
}

/**
 * Lives on a session until it is over: heartbeats, listens and takes jobs.
 * @param taking aborted when no more jobs are to be taken
 * @throws SessionOver; MayMove, with no poll under way; RobotEnd; the signal's reason once it is aborted
 */
export async function liveOn(
  session: Session,
  { orchestrator, jobs, patience, log, succeed }: ConnectionTools,
  taking: AbortSignal,
  signal: AbortSignal,
): Promise<never> {
  const over = new AbortController();
  const moving = new AbortController();
  const alive = AbortSignal.any([signal, over.signal]);
  const ask = (method: string, path: string, asking: Asking, until: AbortSignal) =>
    untilAnswered(
      async () => sessionAnswer(await orchestrator.send(method, path, { ...asking, signal: until })),
      patience,
      until,
    );

  async function beat(): Promise<never> {
    for (;;) {
      const state = jobs.count() > 0 ? "Busy" : "Available";
      await ask("POST", `sessions/${session.id}/heartbeat`, { body: { state } }, alive);
      const dueAt = performance.now() + session.heartbeatIntervalSeconds * 1000;
      // Between two beats only a change between busy and free is worth another.
      while (performance.now() < dueAt && jobs.count() > 0 === (state === "Busy")) {
        await jobs.changed((dueAt - performance.now()) / 1000, alive);
        alive.throwIfAborted();
      }
    }
  }

  async function countSlots(until: AbortSignal): Promise<number> {
    const { machine } = meSchema.parse((await ask("GET", "me", {}, until)).body);
    return machine.unattendedRuntimes + machine.nonProductionRuntimes + machine.testingRuntimes;
  }

  /**
   * Asks for a job under one name until it gets one: where an answer was lost, and a job with it, the next one brings that
   * job. An empty answer does not use the name up, for an older poll may still be waiting under it.
   */
  async function nextJob(claimId: string, waitSeconds: number, until: AbortSignal): Promise<unknown> {
    const asking = { body: { waitSeconds, claimId }, timeoutSeconds: LONG_POLL_TIMEOUT_SECONDS };
    return (await ask("POST", `sessions/${session.id}/jobs/next`, asking, until)).body;
  }

  function begin(answer: unknown): void {
    const { state, ...job } = jobSchema.parse(answer);
    // One that was lost on its way may have been stopped meanwhile; the stream of events tells of that.
    if (state === "Running") jobs.start(job);
  }

  /** The name of the poll that waits. */
  let polled: string | undefined;

  async function take(): Promise<void> {
    const open = AbortSignal.any([alive, taking, moving.signal]);
    let slots = await countSlots(open);
    for (let claimId = randomUUID(); ; ) {
      while (jobs.count() >= slots) {
        await jobs.changed(LONG_POLL_SECONDS, open);
        slots = await countSlots(open);
      }
      const askedAt = performance.now();
      polled = claimId;
      const answer = await nextJob(claimId, LONG_POLL_SECONDS, open);
      polled = undefined;
      if (answer !== undefined) {
        claimId = randomUUID();
        begin(answer);
      } else if (performance.now() - askedAt < EMPTY_ANSWER_PAUSE_SECONDS * 1000) {
        await patience.pause(EMPTY_ANSWER_PAUSE_SECONDS, open);
      }
    }
  }

  /** The poll that was broken off may have been answered with a job: whoever asks under its name gets that job. */
  async function leaveInOrder(): Promise<never> {
    const answer = polled === undefined ? undefined : await nextJob(polled, 0, alive);
    if (answer !== undefined) begin(answer);
    throw moving.signal.reason;
  }

  async function takeUntilTold(): Promise<never> {
    try {
      await take();
    } catch (error) {
      if (moving.signal.aborted && !taking.aborted && !alive.aborted) await leaveInOrder();
      if (!taking.aborted) throw error;
    }
    return new Promise<never>((_, reject) => {
      alive.addEventListener("abort", () => reject(alive.reason));
      if (alive.aborted) reject(alive.reason);
    });
  }

  let isSucceeding = false;
  const listener = {
    // What ran before this connection may be over for the server, which gives a silent host up.
    ready: () => jobs.check(),
    end: (jobId: string, how: "stop" | "kill") => jobs.end(jobId, how),
    expiring: (expiresAt: string) =>
      log(
        `warning: what this robot authenticates with expires at ${expiresAt}; give it a new secret or key before`,
      ),
    rotated(rotation: Rotation) {
      if (isSucceeding) return;
      isSucceeding = true;
      void succeed(rotation, session, alive).then((successor) => {
        isSucceeding = false;
        if (successor) moving.abort(new MayMove(successor));
      });
    },
  };
  try {
    const listening = listen(orchestrator, session.id, listener, patience, alive);
    return await Promise.race([beat(), listening, takeUntilTold()]);
  } finally {
    over.abort(new Error("the connection is over"));
  }
}
