import { LRUCache } from "lru-cache";
import { BODY_MAX_BYTES } from "@/lib/http/body";
import { ProblemError } from "@/lib/http/problem";
import { oncePerProcess } from "@/lib/shared";
import { SECOND_MILLISECONDS } from "@/lib/time";

/** How often an API client may ask each process: so often a second for as long as it likes, and so many at once. */
export const REQUESTS = { aSecond: 100, atOnce: 500 } as const;
/** More than there are API clients; one that had to go may ask as if it had been silent. */
const KEPT_CLIENTS = 10_000;

/** A token bucket: how many requests are left, as of an instant of the monotonic clock in milliseconds. */
type Bucket = { left: number; at: number };

const buckets = () =>
  oncePerProcess("requests of API clients", () => new LRUCache<string, Bucket>({ max: KEPT_CLIENTS }));

/** @returns how many turns a request with a body of so many bytes takes: reading a large one takes the process's time */
export const turnsOf = (bodyBytes: number): number => 1 + Math.floor(bodyBytes / BODY_MAX_BYTES);

/**
 * Counts a request of an API client, in this process alone: nothing is written for it.
 * @param now of the monotonic clock, in milliseconds
 * @param turns how many it takes; those that are not left are owed
 * @throws ProblemError 429 with `Retry-After` for one that asks too often
 */
export function takeTurn(clientId: string, now = performance.now(), turns = 1): void {
  const { aSecond, atOnce } = REQUESTS;
  const known = buckets().get(clientId);
  const bucket = known ?? { left: atOnce, at: now };
  if (!known) buckets().set(clientId, bucket);
  const passedSeconds = Math.max(0, now - bucket.at) / SECOND_MILLISECONDS;
  bucket.left = Math.min(atOnce, bucket.left + passedSeconds * aSecond);
  bucket.at = Math.max(bucket.at, now);
  if (bucket.left < 1) {
    throw new ProblemError({
      status: 429,
      code: "too_many_requests",
      detail: `This API client asks more than ${aSecond} times a second. Wait as long as Retry-After says.`,
      headers: { "retry-after": String(Math.ceil((1 - bucket.left) / aSecond)) },
    });
  }
  bucket.left -= turns;
}

const sending = () => oncePerProcess("API clients with a large body", () => new Set<string>());

/**
 * Runs what reads a large body, one at a time for each API client in this process.
 * @throws ProblemError 429 with `Retry-After` while another one of the client's is under way
 */
export async function withLargeBody<T>(clientId: string, run: () => Promise<T>): Promise<T> {
  if (sending().has(clientId)) {
    throw new ProblemError({
      status: 429,
      code: "too_many_requests",
      detail: "Another large request of this API client is under way. Send them one after the other.",
      headers: { "retry-after": "1" },
    });
  }
  sending().add(clientId);
  try {
    return await run();
  } finally {
    sending().delete(clientId);
  }
}
