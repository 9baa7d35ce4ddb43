import { randomUUID } from "node:crypto";
import { z } from "zod";
import { expiresSoon } from "@/lib/credentials/rules";
import type { RobotActor } from "@/lib/ctx";
import { robotsDatabase } from "@/lib/db";
import type { SessionCommands } from "@/lib/fleet/queries/session-commands";
import { claimStream } from "@/lib/sessions/commands/claim-stream";
import { oncePerProcess } from "@/lib/shared";
import { SECOND_MILLISECONDS } from "@/lib/time";
import { requireRobot } from "./bearer";
import { look, type Watcher } from "./lookout";
import type { RouteHandler } from "./methods";
import { nonceHeader } from "./possession";
import { answering, readInput } from "./robot";
import { hear, hearStop } from "./signals";
import { inTurn } from "./turns";

const KEEP_ALIVE_SECONDS = 15;

/** All open streams of this process; one timer keeps all of them alive. */
const open = () =>
  oncePerProcess("event-streams", () => {
    const streams = new Set<EventStream>();
    setInterval(() => {
      const now = new Date();
      for (const stream of streams) stream.keepAlive(now);
    }, KEEP_ALIVE_SECONDS * SECOND_MILLISECONDS).unref();
    return streams;
  });

/**
 * What one host is told, as server-sent events. The stream tells what holds, not what happened: it looks at the tables when
 * it opens, at each signal, and when signals may have been missed, and sends what it has not sent yet. So nothing is lost
 * by a reconnect, whatever `Last-Event-ID` says.
 */
class EventStream implements Watcher {
  readonly #sent = new Set<string>();
  readonly #stops: (() => void)[];
  readonly #encoder = new TextEncoder();
  #eventId = 0;
  #isTokenGone = false;
  #credential: SessionCommands["credential"] | null = null;

  constructor(
    readonly controller: ReadableStreamDefaultController<Uint8Array>,
    readonly actor: RobotActor,
    readonly sessionId: string,
    readonly streamId: string,
  ) {
    open().add(this);
    this.#stops = [
      hear(`session ${sessionId}`, () => look(this)),
      hear(`job ${actor.tenantId}`, (heard) => heard && this.send("job-available", {})),
      // A lost signal of these leaves the stream open until its token's end; every request of the host is refused all the same.
      ...[actor.tokenId, actor.tokenKid].map((of) =>
        hear(`tokens ${of}`, (heard) => heard && this.#loseToken()),
      ),
      hearStop(() => this.close()),
    ];
    this.send("ready", {});
    look(this);
  }

  isOpen(): boolean {
    return open().has(this);
  }

  /** Says what holds by the tables and was not said yet. */
  told({ streamId, stop, kill, ended, credential }: SessionCommands): void {
    if (streamId !== this.streamId) {
      this.end("replaced", {});
      return;
    }
    for (const jobId of stop) this.#sendOnce("stop", jobId);
    for (const jobId of kill) this.#sendOnce("kill", jobId);
    this.#credential = credential;
    if (ended) this.end("disconnected", ended);
    else if (this.#isTokenGone) this.close();
    else this.#warnOfExpiry(new Date());
  }

  /** Closes after one more look: when the host was disconnected at the same time, it hears why. */
  #loseToken(): void {
    this.#isTokenGone = true;
    look(this);
  }

  #sendOnce(event: "stop" | "kill", jobId: string): void {
    this.#once(`${event} ${jobId}`, () => this.send(event, { jobId }));
  }

  #once(key: string, send: () => void): void {
    if (this.#sent.has(key)) return;
    this.#sent.add(key);
    send();
  }

  /** A host hears in time that its secret or key will expire, so that nobody is surprised when it is cut. */
  #warnOfExpiry(now: Date): void {
    const credential = this.#credential;
    if (!credential || !expiresSoon({ ...credential, revokedAt: null }, now)) return;
    this.#once(`expiring ${credential.id}`, () => this.send("credential-expiring", credential));
  }

  send(event: string, data: object): void {
    this.#eventId += 1;
    this.#write(`id: ${this.#eventId}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  /** Keeps proxies from closing the connection, and does what the time alone has brought. */
  keepAlive(now: Date): void {
    if (now >= this.actor.tokenExpiresAt) {
      this.close();
      return;
    }
    this.#warnOfExpiry(now);
    this.#write(":\n\n");
  }

  #write(text: string): void {
    if (this.isOpen()) this.controller.enqueue(this.#encoder.encode(text));
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
  const actor = await requireRobot(robotsDatabase().sql, request, "OR.Robots", new Date());
  const { sessionId } = await readInput(request, params, z.object({ sessionId: z.uuid() }));
  const streamId = randomUUID();
  await inTurn(actor, sessionId, () =>
    robotsDatabase().prisma.$transaction((db) =>
      claimStream({ db, actor, now: new Date() }, { sessionId, streamId }),
    ),
  );
  let stream: EventStream | undefined;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      stream = new EventStream(controller, actor, sessionId, streamId);
    },
    cancel: () => stream?.close({ hungUp: true }),
  });
  return new Response(body, {
    headers: {
      ...nonceHeader(request, new Date()),
      "content-type": "text/event-stream",
      "cache-control": "no-store, no-transform",
      "x-accel-buffering": "no",
    },
  });
});
