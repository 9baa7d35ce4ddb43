import { createHmac, randomBytes } from "node:crypto";

export const RECOVERY_CODE_COUNT = 10;
/** 80 bits: people type them, so they are shorter than a token; and trying one needs the key of its digest. */
const CODE_CHARACTERS = 16;
/** Crockford's base32: no letter that looks like another one or like a digit. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

const plain = (code: string) =>
  code.toLowerCase().replaceAll(/[\s-]/g, "").replaceAll("o", "0").replaceAll(/[il]/g, "1");

/**
 * @param secret the app's shared secret is the key of the digest: it is encrypted under APP_SECRET, and moves with it
 * @returns what is stored of a recovery code; null for what cannot be one
 */
export function digestOfCode(secret: Buffer, code: string): Uint8Array<ArrayBuffer> | null {
  const typed = plain(code);
  if (typed.length !== CODE_CHARACTERS) return null;
  return Uint8Array.from(createHmac("sha256", secret).update(`recovery code\0${typed}`).digest());
}

function makeCode(): string {
  // 256 is a multiple of 32, so every character is as likely as another.
  const characters = [...randomBytes(CODE_CHARACTERS)].map((byte) => ALPHABET[byte % ALPHABET.length]);
  return characters.join("").replaceAll(/(.{4})(?=.)/g, "$1-");
}

/** Makes a set of recovery codes, such as `4f7k-90qx-zh2m-w8rd`; they are shown once. */
export function makeRecoveryCodes(): string[] {
  return Array.from({ length: RECOVERY_CODE_COUNT }, makeCode);
}
