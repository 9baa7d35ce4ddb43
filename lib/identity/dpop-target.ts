import { env } from "@/lib/env";

/** RFC 3986 §2: nothing but the characters of a URI, and every `%` with its two digits. What is else would be read by guessing. */
const ABSOLUTE_URI = /^https?:\/\/[^/?#](?:[\w.~:/?#[\]@!$&'()*+,;=-]|%[\da-f]{2})*$/i;
const UNRESERVED = /[\w.~-]/;

/** RFC 3986 §6.2.2.1, §6.2.2.2: capital digits, and no encoding of what needs none. Dot segments are gone already. */
const normalizedPath = (path: string): string =>
  path.replace(/%[\da-f]{2}/gi, (encoded) => {
    const character = String.fromCharCode(Number.parseInt(encoded.slice(1), 16));
    return UNRESERVED.test(character) ? character : encoded.toUpperCase();
  });

/**
 * An `htu` in the form in which two spellings of one address are the same (RFC 9449 §4.3: RFC 3986 §6.2.2, §6.2.3), without query
 * and fragment.
 * @returns null where it is no http address
 */
export function normalizedTarget(uri: string): string | null {
  if (!ABSOLUTE_URI.test(uri) || !URL.canParse(uri)) return null;
  const { origin, pathname, username, password } = new URL(uri);
  return username === "" && password === "" ? origin + normalizedPath(pathname) : null;
}

/** The address that a request was sent to, in the same form: ORIGIN's, whatever the Host header says. */
export const targetOf = (path: string): string => env().origin + normalizedPath(path);
