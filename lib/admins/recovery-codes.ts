import { createHmac, randomBytes } from "node:crypto";
import { derivedKey } from "@/lib/keys";

export const RECOVERY_CODE_COUNT = 10;
/** 80 bits: people type them, so they are shorter than a token; and their digest needs our key to be tried. */
const CODE_CHARACTERS = 16;
/** Crockford's base32: no letter that looks like another one or like a digit. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

const plain = (code: string) =>
  code.toLowerCase().replaceAll(/[\s-]/g, "").replaceAll("o", "0").replaceAll(/[il]/g, "1");

/** @returns what is stored of a recovery code; null for what cannot be one */
export function digestOfCode(code: string): Uint8Array<ArrayBuffer> | null {
  const typed = plain(code);
  if (typed.length !== CODE_CHARACTERS) return null;
  const hmac = createHmac("sha256", derivedKey("recovery-code pepper"));
  return Uint8Array.from(hmac.update(typed).digest());
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
