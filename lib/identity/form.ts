/**
 * Decodes one form-encoded half (`application/x-www-form-urlencoded`), strictly.
 * @returns null where the encoding is broken: a stray `%`, bytes that are not UTF-8, or a NUL
 */
export function formDecode(text: string): string | null {
  try {
    const decoded = /[%+]/.test(text) ? decodeURIComponent(text.replaceAll("+", " ")) : text;
    return decoded.includes("\0") ? null : decoded;
  } catch {
    return null;
  }
}

export type Form = {
  readonly params: ReadonlyMap<string, string>;
  readonly duplicate: string | null;
  readonly repeated: readonly string[];
};

/**
 * Parses a form body into its parameters.
 * @param repeatable the parameter that may come several times; its values are in `repeated` and not among `params`
 * @returns null where it is malformed; `duplicate` names a parameter that came twice (RFC 6749 §3.2 forbids it). A
 *   parameter without a value is left out, as if it had not been sent (same section).
 */
export function parseForm(body: string, repeatable?: string): Form | null {
  const params = new Map<string, string>();
  const seen = new Set<string>();
  const repeated: string[] = [];
  let duplicate: string | null = null;
  for (const pair of body.split("&")) {
    if (pair === "") continue;
    const [rawName = "", ...rest] = pair.split("=");
    const name = formDecode(rawName);
    const value = formDecode(rest.join("="));
    if (name === null || value === null) return null;
    if (name === repeatable) {
      if (value !== "") repeated.push(value);
      continue;
    }
    if (seen.has(name)) duplicate ??= name;
    seen.add(name);
    if (value !== "") params.set(name, value);
  }
  return { params, duplicate, repeated };
}
