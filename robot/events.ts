import { z } from "zod";
import { backOffSeconds, type Patience, Unreachable } from "./back-off";
import { eventsOf, type ServerEvent } from "./event-stream";
import { RobotEnd } from "./exit-codes";
import { type Orchestrator, readAnswer } from "./orchestrator";
import { SessionOver, sessionAnswer } from "./session";
import type { Rotation } from "./successor";

/** The server says something every 15 s; three times nothing means that the line is dead. */
const SILENCE_SECONDS = 45;
/** A stream may be replaced once by a late echo of its own reconnect; twice in this time is another robot. */
const REPLACED_TWICE_WITHIN_SECONDS = 60;

const dataSchema = z.object({
  jobId: z.uuid().optional(),
  code: z.string().optional(),
  reason: z.string().optional(),
  expiresAt: z.iso.datetime().optional(),
  successor: z.url().optional(),
  endsAt: z.iso.datetime().nullish(),
});

/** What the server tells this host. */
export type Listener = {
  /** The stream is open; it was closed until now. */
  ready(): void;
  end(jobId: string, how: "stop" | "kill"): void;
  /** What this robot authenticates with ends at that instant (ISO 8601). */
  expiring(expiresAt: string): void;
  /** What this robot authenticates with has a successor, which it may fetch. */
  rotated(rotation: Rotation): void;
};

/**
 * Listens until the session is over, opening the stream again whenever it ends.
 * @throws SessionOver; RobotEnd; the signal's reason once it is aborted
 */
export async function listen(
  orchestrator: Orchestrator,
  sessionId: string,
  listener: Listener,
  { random, pause }: Patience,
  signal: AbortSignal,
): Promise<never> {
  let lastEventId = "";
  let failures = 0;
  let replacedAt = Number.NEGATIVE_INFINITY;

  function hear({ type, data, id }: ServerEvent): void {
    if (id !== "") lastEventId = id;
    const parsed = dataSchema.safeParse(JSON.parse(data || "{}"));
    const { jobId, code, reason = "", expiresAt, successor, endsAt } = parsed.success ? parsed.data : {};
    if (type === "ready") {
      failures = 0;
      listener.ready();
    } else if ((type === "stop" || type === "kill") && jobId !== undefined) listener.end(jobId, type);
    else if (type === "credential-expiring" && expiresAt) listener.expiring(expiresAt);
    else if (type === "credential-rotated" && successor)
      listener.rotated({ successor, endsAt: endsAt ?? null });
    else if (type === "disconnected") throw new SessionOver(code, reason);
    else if (type === "replaced") {
      const now = performance.now();
      if (now - replacedAt < REPLACED_TWICE_WITHIN_SECONDS * 1000) {
        throw new RobotEnd("replaced", "another robot is connected as this host");
      }
      replacedAt = now;
    }
  }

  async function listenOnce(): Promise<void> {
    const silence = new AbortController();
    const quiet = () => silence.abort(new Unreachable("the stream of events fell silent"));
    let timer = setTimeout(quiet, SILENCE_SECONDS * 1000);
    try {
      const headers: Record<string, string> = lastEventId === "" ? {} : { "last-event-id": lastEventId };
      const either = AbortSignal.any([signal, silence.signal]);
      const response = await orchestrator.open(`sessions/${sessionId}/events`, headers, either);
      if (!response.ok || !response.body) return void sessionAnswer(await readAnswer(response));
      for await (const event of eventsOf(response.body, () => {
        clearTimeout(timer);
        timer = setTimeout(quiet, SILENCE_SECONDS * 1000);
      })) {
        hear(event);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  for (;;) {
    let retryAfterSeconds = 0;
    try {
      await listenOnce();
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof SessionOver || error instanceof RobotEnd) throw error;
      if (error instanceof Unreachable) retryAfterSeconds = error.retryAfterSeconds;
    }
    signal.throwIfAborted();
    failures += 1;
    // The first time at once: a stream that just ended may be how a cut shows, and every second counts then.
    if (failures > 1) {
      await pause(backOffSeconds(failures - 1, random, retryAfterSeconds), signal).catch(() => undefined);
    }
  }
}
