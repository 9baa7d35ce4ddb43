import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { RobotActor } from "@/lib/ctx";
import { database } from "@/lib/db";
import { Refusal } from "@/lib/errors";
import { sessionCommands } from "@/lib/fleet/queries/session-commands";
import { log } from "@/lib/log";
import { oncePerProcess } from "@/lib/shared";
import { signal } from "@/lib/signals";
import { SECOND_MILLISECONDS } from "@/lib/time";
import { requireRobot } from "./bearer";
import type { RouteHandler } from "./methods";
import { answering, readInput } from "./robot";
import { hear, hearStop } from "./signals";

const KEEP_ALIVE_SECONDS = 15;

/** All open streams of this process; one timer keeps all of them alive. */
const open = () =>
  oncePerProcess("event-streams", () => {
    const streams = new Set<EventStream>();
    setInterval(() => {
      for (const stream of streams) stream.comment();
    }, KEEP_ALIVE_SECONDS * SECOND_MILLISECONDS).unref();
    return streams;
  });

/**
 * What one host is told, as server-sent events. The stream tells what holds, not what happened: it looks at the tables when
 * it opens, at each signal, and when signals may have been missed, and sends what it has not sent yet. So nothing is lost
 * by a reconnect, whatever `Last-Event-ID` says.
 */
class EventStream {
  readonly #id = randomUUID();
  readonly #sent = new Set<string>();
  readonly #stops: (() => void)[];
  readonly #encoder = new TextEncoder();
  #looking: Promise<void> | null = null;
  #lookAgain = false;
  #eventId = 0;

  constructor(
    readonly controller: ReadableStreamDefaultController<Uint8Array>,
    readonly actor: RobotActor,
    readonly sessionId: string,
  ) {
    open().add(this);
    this.#stops = [
      hear(`session ${sessionId}`, () => this.look()),
      hear(`job ${actor.tenantId}`, (heard) => heard && this.send("job-available", {})),
      hear(`stream ${sessionId}`, (heard) => {
        if (heard?.kind === "stream" && heard.streamId !== this.#id) this.end("replaced", {});
      }),
      hearStop(() => this.close()),
    ];
    this.send("ready", {});
    signal(database().prisma, [{ kind: "stream", sessionId, streamId: this.#id }]).catch((error: Error) =>
      log.warn({ reason: error.message }, "older streams of a session could not be told"),
    );
    this.look();
  }

  /** Looks at the tables, once more if asked while looking. */
  look(): void {
    this.#lookAgain = true;
    this.#looking ??= this.#lookWhileAsked().finally(() => {
      this.#looking = null;
    });
  }

  async #lookWhileAsked(): Promise<void> {
    while (this.#lookAgain && open().has(this)) {
      this.#lookAgain = false;
      try {
        const ctx = { db: database().prisma, actor: this.actor, now: new Date() };
        const commands = await sessionCommands(ctx, this.sessionId);
        for (const jobId of commands?.stop ?? []) this.#sendOnce("stop", jobId);
        for (const jobId of commands?.kill ?? []) this.#sendOnce("kill", jobId);
        if (commands?.ended) this.end("disconnected", commands.ended);
      } catch (error) {
        // The database is away: when it is back, the listening connection tells everybody to look again.
        log.debug({ err: error }, "a stream could not look");
      }
    }
  }

  #sendOnce(event: "stop" | "kill", jobId: string): void {
    const key = `${event} ${jobId}`;
    if (this.#sent.has(key)) return;
    this.#sent.add(key);
    this.send(event, { jobId });
  }

  send(event: string, data: object): void {
    this.#eventId += 1;
    this.#write(`id: ${this.#eventId}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  comment(): void {
    this.#write(":\n\n");
  }

  #write(text: string): void {
    if (open().has(this)) this.controller.enqueue(this.#encoder.encode(text));
  }

  end(event: string, data: object): void {
    this.send(event, data);
    this.close();
  }

  /** Forgets the stream and, unless the caller hung up, closes it. */
  close({ hungUp = false } = {}): void {
    if (!open().delete(this)) return;
    for (const stop of this.#stops) stop();
    if (!hungUp) this.controller.close();
  }
}

/** The stream of a host's events (`text/event-stream`, WHATWG HTML §9.2). A newer stream of the same session ends this one. */
export const sessionEvents: RouteHandler = answering(async (request, params) => {
  const actor = await requireRobot(database().sql, request, "OR.Robots", new Date());
  const { sessionId } = await readInput(request, params, z.object({ sessionId: z.uuid() }));
  const ctx = { db: database().prisma, actor, now: new Date() };
  if (!(await sessionCommands(ctx, sessionId)))
    throw new Refusal("not_found", "This machine has no such session.");
  let stream: EventStream | undefined;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      stream = new EventStream(controller, actor, sessionId);
    },
    cancel: () => stream?.close({ hungUp: true }),
  });
  return new Response(body, {
    headers: {
      "content-type": "text/event-stream",
      "cache-control": "no-store, no-transform",
      "x-accel-buffering": "no",
    },
  });
});
