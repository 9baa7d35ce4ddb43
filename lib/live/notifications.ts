import { randomUUID } from "node:crypto";
import { on, once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import type { Client } from "pg";
import { openDatabase } from "@/lib/database-connection";
import { robotsDatabase } from "@/lib/db";
import { env } from "@/lib/env";
import { log } from "@/lib/log";
import { oncePerProcess } from "@/lib/shared";
import { type ReceivedSignal, SIGNAL_CHANNEL, type Signal } from "@/lib/signals";
import { onStop, onStopAsked } from "@/lib/stopping";
import { SECOND_MILLISECONDS } from "@/lib/time";
import { Topics } from "./topics";

const RECONNECT_AT_MOST_MILLISECONDS = 5_000;
/** A connection that was cut without a word, or that hears another server than the others speak to, is found out by an echo. */
const PROBE_SECONDS = 10;
const ECHO_SECONDS = 5;

type Topic =
  | `job ${string}`
  | `session ${string}`
  | `page ${string}`
  | `tokens ${string}`
  | "keys"
  | "people";

function topicOf(signal: Signal): Topic {
  switch (signal.kind) {
    case "job":
    case "page":
      return `${signal.kind} ${signal.tenantId}`;
    case "session":
      return `session ${signal.sessionId}`;
    case "tokens":
      return `tokens ${signal.of}`;
    case "terms":
      // Whoever waits for jobs of the tenant, or streams, may no longer.
      return `job ${signal.tenantId}`;
    case "keys":
    case "people":
      return signal.kind;
  }
}

const ear = () =>
  oncePerProcess("signals", () => {
    const topics = new Topics<Signal | null>();
    const stopHearers = new Set<() => void>();
    const stopped = new AbortController();
    const state = { topics, stopHearers, lastChanges: new LastChanges(), stopped: false, isStopping: false };
    const letGo = () => {
      state.isStopping = true;
      for (const hearer of stopHearers) hearer();
    };
    onStopAsked("streams and long polls", letGo);
    onStop("the listening connection", () => {
      state.stopped = true;
      stopped.abort();
      letGo();
    });
    void listenForever(state, stopped.signal);
    return state;
  });

/** The transaction that changed what a tenant's pages show, the last that was heard of. */
class LastChanges {
  readonly #of = new Map<string, string>();
  /** No transaction, and another whenever changes may have been missed. */
  #none = randomUUID();

  of(tenantId: string): string {
    return this.#of.get(tenantId) ?? this.#none;
  }

  note(tenantId: string, transactionId: string): void {
    this.#of.set(tenantId, transactionId);
  }

  forget(): void {
    this.#of.clear();
    this.#none = randomUUID();
  }
}

type State = { readonly topics: Topics<Signal | null>; readonly lastChanges: LastChanges; stopped: boolean };

/** Holds one listening connection while the process lives; after each connect, everybody looks again. */
async function listenForever(state: State, stop: AbortSignal): Promise<void> {
  for (let waitMilliseconds = 100; !state.stopped; ) {
    try {
      await listenOnce(state, stop, () => {
        waitMilliseconds = 100;
      });
    } catch (error) {
      if (!state.stopped) log.warn({ reason: (error as Error).message }, "the listening connection was lost");
    }
    if (state.stopped) return;
    await pause(waitMilliseconds, undefined, { ref: false });
    waitMilliseconds = Math.min(waitMilliseconds * 2, RECONNECT_AT_MOST_MILLISECONDS);
  }
}

const SAY = { name: "say", text: "SELECT pg_notify($1, '')" };
const DEAF = "it hears nothing of what other connections say";

/** Has another connection say something. @returns true when that was said, and not heard on this one */
async function isDeaf(client: Client, echo: string): Promise<boolean> {
  const heard = (async () => {
    const patience = AbortSignal.timeout(ECHO_SECONDS * SECOND_MILLISECONDS);
    for await (const [{ channel }] of on(client, "notification", { signal: patience }))
      if (channel === echo) return true;
    return false;
  })().catch(() => false);
  const isSaid = robotsDatabase()
    .sql.query(SAY, [echo])
    .then(
      () => true,
      () => false,
    );
  return (await isSaid) && !(await heard);
}

async function listenOnce(
  { topics, lastChanges }: State,
  stop: AbortSignal,
  connected: () => void,
): Promise<void> {
  const client = await openDatabase(env().databaseUrl, {
    application_name: "latchkey signals",
    connectionTimeoutMillis: 5_000,
    query_timeout: 5_000,
    keepAlive: true,
  });
  client.on("notification", ({ channel, payload }) => {
    if (channel !== SIGNAL_CHANNEL) return;
    const signal = JSON.parse(payload ?? "{}") as ReceivedSignal;
    if (signal.kind === "page") lastChanges.note(signal.tenantId, signal.transactionId);
    topics.tell(topicOf(signal), signal);
  });
  client.on("error", ({ message }) => log.warn({ reason: message }, "the listening connection was lost"));
  const lost = once(client, "end", { signal: stop }).catch(() => undefined);
  const echo = `latchkey_echo_${randomUUID().replaceAll("-", "")}`;
  const probe = setInterval(async () => {
    if (await isDeaf(client, echo)) client.lose(DEAF);
  }, PROBE_SECONDS * SECOND_MILLISECONDS).unref();
  try {
    await client.query(`LISTEN ${SIGNAL_CHANNEL}`);
    await client.query(`LISTEN ${echo}`);
    if (await isDeaf(client, echo)) throw new Error(DEAF);
    connected();
    lastChanges.forget();
    // Signals may have been missed: everybody looks at the tables.
    topics.tellAll(null);
    await lost;
  } finally {
    clearInterval(probe);
    await client.end().catch(() => undefined);
  }
}

/**
 * Hears what any process signals on some topics, and null when signals may have been missed.
 * @param hearer called without waiting; it must look at the tables and believe nothing else
 * @returns stops hearing
 */
export function subscribe(
  topics: Topic | readonly Topic[],
  hearer: (signal: Signal | null) => void,
): () => void {
  return ear().topics.hear([topics].flat(), hearer);
}

/**
 * Which change of a tenant's pages was the last this process heard of. Two processes that say the same have heard of the same changes, and so
 * has one that says it twice.
 */
export const lastChange = (tenantId: string): string => ear().lastChanges.of(tenantId);

/** Calls back when the process is about to stop, so that nothing is kept waiting. @returns stops hearing */
export function subscribeToStop(hearer: () => void): () => void {
  const { stopHearers, isStopping } = ear();
  stopHearers.add(hearer);
  // Over a connection that was kept alive somebody may still come after the others were let go.
  if (isStopping) queueMicrotask(() => stopHearers.has(hearer) && hearer());
  return () => stopHearers.delete(hearer);
}
