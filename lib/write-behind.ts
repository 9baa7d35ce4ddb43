import type { Sql } from "@/lib/ctx";
import { log } from "@/lib/log";
import { oncePerProcess } from "@/lib/shared";
import { onStop } from "@/lib/stopping";

/** How long a process waits after a write that failed. */
const RETRY_INTERVAL_MILLISECONDS = 2_000;

export type WriteBehindOptions<V> = {
  /** How far the database may be behind. A crash loses at most this much. */
  readonly everyMilliseconds: number;
  /** What waits beyond this is let go, and counted. */
  readonly max: number;
  /** @returns what two that wait under one key come to, in whatever order they came */
  readonly merge: (one: V, other: V) => V;
  /** How many requests one stands for, where some must be let go; one, without it. */
  readonly weight?: (value: V) => number;
  readonly write: (db: Sql, entries: readonly (readonly [key: string, value: V])[]) => Promise<void>;
};

export type WriteBehind<V> = {
  /** Keeps something until it is written with the rest. Nobody waits for it, and nothing fails by it. */
  readonly add: (db: Sql, key: string, value: V) => void;
  /** Writes what waits, after what is being written. What could not be written is kept for the next time, as far as there is room. */
  readonly flush: () => Promise<void>;
  /** What waits, by key. */
  readonly waiting: () => ReadonlyMap<string, V>;
};

type State<V> = {
  waiting: Map<string, V>;
  db: Sql | null;
  timer: NodeJS.Timeout | null;
  running: Promise<void>;
  lost: number;
};

/**
 * Keeps what robots' requests leave behind until it is written in batches: never a write a request. It is written soon, again soon where that
 * failed, and when the process stops. Where the database has written and could not say so, it is written twice.
 * @param name what it is, for the log; one a process
 */
export function writeBehind<V>(name: string, options: WriteBehindOptions<V>): WriteBehind<V> {
  const { everyMilliseconds, max, merge, weight = () => 1, write } = options;
  const state = () =>
    oncePerProcess(name, (): State<V> => {
      onStop(name, flush);
      return { waiting: new Map(), db: null, timer: null, running: Promise.resolve(), lost: 0 };
    });

  function keep(kept: State<V>, key: string, value: V): void {
    const known = kept.waiting.get(key);
    if (known !== undefined) kept.waiting.set(key, merge(known, value));
    else if (kept.waiting.size < max) kept.waiting.set(key, value);
    else kept.lost += weight(value);
  }

  function writeSoon(kept: State<V>, milliseconds: number): void {
    kept.timer ??= setTimeout(() => {
      kept.timer = null;
      flush().catch((error: Error) => {
        log.warn({ reason: error.message }, `${name}: not written yet`);
        writeSoon(kept, RETRY_INTERVAL_MILLISECONDS);
      });
    }, milliseconds).unref();
  }

  async function writeAll(): Promise<void> {
    const kept = state();
    if (kept.lost > 0) log.warn({ requests: kept.lost }, `${name}: some was let go, too much waited`);
    kept.lost = 0;
    if (!kept.db || kept.waiting.size === 0) return;
    const entries = [...kept.waiting];
    kept.waiting = new Map();
    try {
      await write(kept.db, entries);
    } catch (error) {
      for (const [key, value] of entries) keep(kept, key, value);
      throw error;
    }
  }

  function flush(): Promise<void> {
    const kept = state();
    const flushed = kept.running.catch(() => undefined).then(writeAll);
    kept.running = flushed;
    return flushed;
  }

  return {
    add(db, key, value) {
      const kept = state();
      keep(kept, key, value);
      kept.db = db;
      writeSoon(kept, everyMilliseconds);
    },
    flush,
    waiting: () => state().waiting,
  };
}
