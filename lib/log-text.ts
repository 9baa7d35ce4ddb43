/** What stands where something was taken out. */
export const REMOVED = "[removed]";

/** Fields that hold something secret by their name, at any depth; `secretId` and `tokenId` are public. */
const SECRET_NAME =
  /pass(?:word|phrase)|secret$|token$|^authorization$|cookie|assertion|^dpop$|api_?key|^private|^sealed|^encrypted|^digest$|pepper$|^hash$/i;

/** What a secret looks like wherever it stands. */
const SECRET_TEXTS: readonly (readonly [RegExp, string])[] = [
  // A client secret (lib/credentials/material.ts).
  [/lks_[0-9A-Za-z_]{16,}/g, REMOVED],
  // A JWT or a JWE in the compact form: access token, assertion, proof, sign-in cookie.
  [/eyJ[\w-]{10,}(?:\.[\w-]*){2,4}/g, REMOVED],
  [/\b(Basic|Bearer|DPoP)\s+[\w.~+/=-]{16,}/gi, `$1 ${REMOVED}`],
  // The user's part of a URL, such as the database's.
  [/:\/\/[^\s/"@]*:[^\s/"@]+@/g, `://${REMOVED}@`],
  // The one-time links carry their token behind `#`.
  [/(\/[a-z-]+#)[\w-]{20,}/g, `$1${REMOVED}`],
  [/((?:session-token|csrf-token|known-browser)(?:\.\d+)?=)[^;\s"\\]+/g, `$1${REMOVED}`],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*/g, REMOVED],
];

/** @returns text without anything that looks like a secret */
export function withoutSecrets(text: string): string {
  return SECRET_TEXTS.reduce((kept, [pattern, instead]) => kept.replace(pattern, instead), text);
}

const MAX_DEPTH = 6;

/** @returns a copy of what is to be logged without the fields that are secret by their name; errors stay as they are */
export function withoutSecretFields(value: unknown, depth = 0): unknown {
  if (typeof value !== "object" || value === null || value instanceof Date || value instanceof Error)
    return value;
  if (depth === MAX_DEPTH) return "[deeper]";
  if (value instanceof Uint8Array) return REMOVED;
  if (Array.isArray(value)) return value.map((item) => withoutSecretFields(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !SECRET_NAME.test(name))
      .map(([name, inner]) => [name, withoutSecretFields(inner, depth + 1)]),
  );
}
