import { createHash } from "node:crypto";
import { env } from "@/lib/env";
import { networkOf } from "@/lib/network";
import { oncePerProcess } from "@/lib/shared";
import { MINUTE_SECONDS, SECOND_MILLISECONDS } from "@/lib/time";

/** Failures are counted in windows of this length. */
export const FAILURE_WINDOW_SECONDS = 5 * MINUTE_SECONDS;

/** How many buckets a process keeps, some two megabytes. One that had to go costs a write when it is met again, and nothing else. */
export const KEPT_BUCKETS = 10_000;

/** What failures are counted by: `client` is one client id from one network, `address` one network whatever the client id. */
export type BucketKind = "client" | "address";

/** The failures of one bucket in one window, as far as this process knows. */
export type Bucket = {
  readonly kind: BucketKind;
  readonly name: string;
  readonly limit: number;
  readonly windowEndsAt: Date;
  /** Counted in this process only. */
  local: number;
  /** Counted in the database by this process, those still under way included. */
  written: number;
  /** What the database last said, with what all processes wrote. */
  shared: number;
  /** Whether the log has been told that the bucket is full. */
  isReported: boolean;
};

// Insertion order is the order of use: what is used moves to the end, what must go is taken from the front.
const kept = () => oncePerProcess("client-failures", () => new Map<string, Bucket>());

/**
 * The end of the window that `now` lies in. Windows lie where the bucket's digest puts them: every process sees the same, without asking,
 * and blocks of different buckets do not all end, and their clients do not all return, in the same second.
 */
function windowEnd(digest: Buffer, now: Date): Date {
  const length = FAILURE_WINDOW_SECONDS * SECOND_MILLISECONDS;
  const offset = digest.readUInt32BE(0) % length;
  return new Date(Math.floor((now.getTime() - offset) / length + 1) * length + offset);
}

function bucketOf(kind: BucketKind, limit: number, parts: readonly string[], now: Date): Bucket {
  const digest = createHash("sha256").update(parts.join("\0")).digest();
  const name = `${kind}:${digest.toString("base64url")}`;
  const windowEndsAt = windowEnd(digest, now);
  const known = kept().get(name);
  if (known?.windowEndsAt.getTime() === windowEndsAt.getTime()) return known;
  return { kind, name, limit, windowEndsAt, local: 0, written: 0, shared: 0, isReported: false };
}

/**
 * The buckets that a failure falls into, the wider first; a kind without a limit has none. They are not kept by asking.
 * @param address of whoever failed
 * @param clientId as it was claimed; null where none could be read
 */
export function failureBuckets(address: string | null, clientId: string | null, now: Date): Bucket[] {
  const { tokenFailuresPerAddress, tokenFailuresPerClient } = env();
  const network = networkOf(address ?? "unknown");
  const buckets: Bucket[] = [];
  if (tokenFailuresPerAddress > 0) {
    buckets.push(bucketOf("address", tokenFailuresPerAddress, [network], now));
  }
  if (tokenFailuresPerClient > 0 && clientId !== null) {
    buckets.push(bucketOf("client", tokenFailuresPerClient, [network, clientId], now));
  }
  return buckets;
}

/** Remembers a bucket, and forgets the one that was not used for longest when there are too many. */
export function keep(bucket: Bucket): void {
  const buckets = kept();
  buckets.delete(bucket.name);
  buckets.set(bucket.name, bucket);
  if (buckets.size <= KEPT_BUCKETS) return;
  const [oldest] = buckets.keys();
  if (oldest !== undefined) buckets.delete(oldest);
}

/** @returns whether one more failure is over the limit, by what this process knows: never too early, and too late only by what others wrote */
export function isFull({ limit, local, written, shared }: Bucket): boolean {
  return local + Math.max(written, shared) >= limit;
}
