const COMPACT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/**
 * A JWS in compact form (RFC 7515 §7.1) in its one spelling: three parts, none empty, base64url without padding and with
 * the unused bits of each last character zero. Decoders are lenient; whoever compares or keeps tokens must not be.
 */
export function isCanonicalJws(text: string): boolean {
  return (
    COMPACT.test(text) &&
    text.split(".").every((part) => Buffer.from(part, "base64url").toString("base64url") === part)
  );
}
