import { LRUCache } from "lru-cache";
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

/**
 * Counts a request of an API client, in this process alone: nothing is written for it.
 * @param now of the monotonic clock, in milliseconds
 * @throws ProblemError 429 with `Retry-After` for one that asks too often
 */
export function takeTurn(clientId: string, now = performance.now()): void {
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
  bucket.left -= 1;
}
