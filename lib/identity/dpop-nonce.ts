import { createHmac } from "node:crypto";
import { LRUCache } from "lru-cache";
import { derivedKey, keyName, readingKeys } from "@/lib/keys";
import { MINUTE_SECONDS, numericDate } from "@/lib/time";

/** A nonce is handed out for so long, and good for as long again. */
const WINDOW_SECONDS = 5 * MINUTE_SECONDS;

/** Every request with a proof asks for those of three windows, under one key or two. */
const made = new LRUCache<string, string>({ max: 16 });

/** Nothing is stored: every process can make the nonce of a window, and so knows those of all the others. */
function nonceAt(key: Buffer, now: Date, windowsAway: number): string {
  const window = Math.floor(numericDate(now) / WINDOW_SECONDS) + windowsAway;
  const name = `${keyName(key)} ${window}`;
  const nonce = made.get(name) ?? createHmac("sha256", key).update(String(window)).digest("base64url");
  made.set(name, nonce);
  return nonce;
}

/**
 * The nonce that proofs are to carry from now on (RFC 9449 §8, §9). Identity server and orchestrator share it, because they share
 * an origin, and clients keep one nonce for each origin.
 */
export const currentNonce = (now: Date): string => nonceAt(derivedKey("DPoP nonce"), now, 0);

/**
 * @returns whether a proof with this nonce was made lately: in this window, in the one before, or in the next by the clock of
 * another process; also by one that still has the previous APP_SECRET. Whoever asks is given a nonce, so that comparing it need not take the same time always.
 */
export const isAcceptedNonce = (nonce: string, now: Date): boolean =>
  readingKeys("DPoP nonce").some((key) =>
    [0, -1, 1].some((windowsAway) => nonce === nonceAt(key, now, windowsAway)),
  );
