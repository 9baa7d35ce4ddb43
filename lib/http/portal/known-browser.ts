import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { derivedKey } from "@/lib/keys";
import { DAY_SECONDS } from "@/lib/time";
import { cookieAttributes, cookieName } from "./cookies";

const NAME = "latchkey.known-browser";
const LIFETIME_SECONDS = 180 * DAY_SECONDS;

const tag = (body: string) =>
  createHmac("sha256", derivedKey("known-browser cookie")).update(body).digest("base64url");

function isRightTag(body: string, given: string): boolean {
  const expected = Buffer.from(tag(body));
  const actual = Buffer.from(given);
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

/**
 * A browser in which somebody signed in before carries proof of it, for that account only. Failed sign-ins from there are
 * counted by themselves, so that a stranger's failures cannot keep the owner out.
 * @returns the browser's nonce when the cookie is genuine and for this account, else null
 */
export function knownBrowserOf(cookieHeader: string | null, accountKey: string): string | null {
  for (const cookie of (cookieHeader ?? "").split("; ")) {
    const [name, value = ""] = cookie.split("=");
    if (name !== cookieName(NAME)) continue;
    const [nonce = "", given = ""] = value.split(".");
    return isRightTag(`${nonce}\0${accountKey}`, given) ? nonce : null;
  }
  return null;
}

/** @returns the Set-Cookie header that makes this browser a known one for the account. */
export function knownBrowserCookie(accountKey: string): string {
  const nonce = randomBytes(16).toString("base64url");
  const value = `${nonce}.${tag(`${nonce}\0${accountKey}`)}`;
  const { path, secure } = cookieAttributes();
  const attributes = `Path=${path}; Max-Age=${LIFETIME_SECONDS}; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
  return `${cookieName(NAME)}=${value}; ${attributes}`;
}
