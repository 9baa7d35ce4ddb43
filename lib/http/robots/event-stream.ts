import { randomUUID } from "node:crypto";
import type { ApiRequest } from "@/lib/api-request";
import { expiresSoon } from "@/lib/credentials/rules";
import type { RobotActor } from "@/lib/ctx";
import { robotsDatabase } from "@/lib/db";
import { type SessionCommands, sessionCommands } from "@/lib/fleet/queries/session-commands";
import { answering } from "@/lib/http/answering";
import { nonceHeader } from "@/lib/http/dpop-nonce";
import { readInput } from "@/lib/http/json-body";
import { Events, eventStreamHead, type Sender } from "@/lib/http/server-sent-events";
import { routeHandler } from "@/lib/http/web-request";
import { successorEndpoint } from "@/lib/identity/addresses";
import { effectiveScopes, type Scope } from "@/lib/identity/scopes";
import { subscribe } from "@/lib/live/notifications";
import { lookTogether, type Watcher } from "@/lib/live/watchers";
import { networksOf } from "@/lib/network";
import { claimStream } from "@/lib/sessions/commands/claim-stream";
import { requireOwnSession } from "@/lib/sessions/queries";
import { endText } from "@/lib/sessions/rules";
import { sessionIdSchema } from "@/lib/sessions/schema";
import { requireRobot } from "./bearer";

import { inTurnOfRow } from "./turns";

const SCOPE: Scope = "OR.Robots";

const look = lookTogether<HostEvents>("streams of hosts", async (streams) => {
  const ctx = { db: robotsDatabase().sql, actor: { kind: "system" }, now: new Date() } as const;
  const commands = await sessionCommands(ctx, streams);
  for (const stream of streams) {
    const own = commands.get(stream.streamId);
    if (own) stream.update(own);
  }
});

/**
 * What one host is told, as server-sent events. The stream tells what holds, not what happened: it looks at the tables when
 * it opens, at each signal, and when signals may have been missed, and sends what it has not sent yet. So nothing is lost
 * by a reconnect, whatever `Last-Event-ID` says.
 */
class HostEvents implements Watcher, Sender {
  readonly listener = "host";
  readonly events = new Events(this);
  readonly #sent = new Set<string>();
  readonly #stopHearing: () => void;
  #credential: SessionCommands["credential"] | null = null;

  constructor(
    readonly actor: RobotActor,
    readonly sessionId: string,
    readonly streamId: string,
  ) {
    const { tenantId, tokenId, tokenKid } = actor;
    this.#stopHearing = subscribe(
      [`session ${sessionId}`, `job ${tenantId}`, `tokens ${tokenId}`, `tokens ${tokenKid}`],
      (signal) => {
        if (signal?.kind === "job") this.events.send("job-available", "{}");
        else if (signal?.kind !== "terms" || [null, actor.id].includes(signal.machineId)) look(this);
      },
    );
    this.events.send("ready", "{}");
    look(this);
  }

  get isOpen(): boolean {
    return this.events.isOpen;
  }

  get tokenId(): string {
    return this.actor.tokenId;
  }

  get tokenKid(): string {
    return this.actor.tokenKid;
  }

  /** Says what holds by the tables and was not said yet. */
  update({ streamId, stop, kill, ended, credential, token }: SessionCommands): void {
    if (!this.isOpen) return;
    if (streamId !== this.streamId) {
      this.#end("replaced", {});
      return;
    }
    for (const jobId of stop) this.#sendOnce("stop", jobId);
    for (const jobId of kill) this.#sendOnce("kill", jobId);
    this.#credential = credential;
    if (ended)
      this.#end("disconnected", { code: ended.endCode, reason: endText(ended.endCode, ended.endedBy) });
    else if (this.#isGood(token)) {
      this.#warnOfExpiry(new Date());
      this.#tellOfRotation(credential);
    }
    // Whoever opens it again shows a token.
    else this.events.end();
  }

  #isGood({ isWithdrawn, requiresDpop, scopes, allowedAddresses }: SessionCommands["token"]): boolean {
    const isBound = this.actor.isTokenBound || !requiresDpop;
    const isFromThere = networksOf(allowedAddresses)?.includes(this.actor.address ?? "") ?? true;
    return !isWithdrawn && isBound && isFromThere && effectiveScopes([SCOPE], scopes).length > 0;
  }

  #sendOnce(event: "stop" | "kill", jobId: string): void {
    this.#once(`${event} ${jobId}`, () => this.events.send(event, JSON.stringify({ jobId })));
  }

  #once(key: string, send: () => void): void {
    if (this.#sent.has(key)) return;
    this.#sent.add(key);
    send();
  }

  /** A host hears in time that its secret or key will expire, so that nobody is surprised when it is cut. */
  #warnOfExpiry(now: Date): void {
    const credential = this.#credential;
    if (!credential || !expiresSoon({ ...credential, revokedAt: null, disabledAt: null }, now)) return;
    const { id, kind, expiresAt } = credential;
    this.#once(`expiring ${id}`, () =>
      this.events.send("credential-expiring", JSON.stringify({ id, kind, expiresAt })),
    );
  }

  /** A host may fetch what takes the place of its secret itself, or bring what takes that of its key, before that ends. */
  #tellOfRotation({ rotationId, expiresAt, latestEnd }: SessionCommands["credential"]): void {
    if (rotationId === null) return;
    const endsAt = expiresAt ?? latestEnd;
    this.#once(`rotated ${rotationId}`, () =>
      this.events.send("credential-rotated", JSON.stringify({ successor: successorEndpoint(), endsAt })),
    );
  }

  #end(event: string, data: object): void {
    this.events.send(event, JSON.stringify(data));
    this.events.end();
  }

  passed(now: Date): void {
    if (now >= this.actor.tokenExpiresAt) this.events.end();
    else this.#warnOfExpiry(now);
  }

  ended(): void {
    this.#stopHearing();
  }
}

const admit = async (request: ApiRequest) => ({
  actor: (await requireRobot(robotsDatabase().sql, request, SCOPE, new Date())).actor,
  ...(await readInput(request, sessionIdSchema)),
});

/** The stream of a host's events (`text/event-stream`, WHATWG HTML §9.2). A newer stream of the same session ends this one. */
export const sessionEvents = routeHandler(
  answering(async (request) => {
    const { actor, sessionId } = await admit(request);
    const streamId = randomUUID();
    const ctx = { db: robotsDatabase().sql, actor, now: new Date() };
    await claimStream(ctx, { sessionId, streamId }, (work) => inTurnOfRow(actor, sessionId, work));
    return new HostEvents(actor, sessionId, streamId).events.answer(nonceHeader(request));
  }),
);

/** What {@link sessionEvents} would answer, without opening anything (RFC 9110 §9.2.1): the stream of the host goes on. */
export const sessionEventsHead = routeHandler(
  answering(async (request) => {
    const { actor, sessionId } = await admit(request);
    await requireOwnSession({ db: robotsDatabase().prisma, actor, now: new Date() }, { sessionId });
    return eventStreamHead(nonceHeader(request));
  }),
);
