import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from "node:crypto";
import { env } from "@/lib/env";

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What keys are derived for; one purpose never shares a key with another. */
type Purpose =
  | "client-secret pepper"
  | "signing-key sealing"
  | "asset sealing"
  | "sign-in cookie"
  | "known-browser cookie"
  | "DPoP nonce";

const derived = new Map<string, Buffer>();

/**
 * A 256-bit key for one purpose, from APP_SECRET by HKDF-SHA-256 (RFC 5869).
 * @param purpose becomes HKDF's `info`
 */
export function derivedKey(purpose: Purpose): Buffer {
  const secret = env().appSecret;
  const label = `${purpose}\0${secret}`;
  const kept = derived.get(label);
  if (kept) return kept;
  const key = Buffer.from(hkdfSync("sha256", secret, "latchkey", purpose, KEY_BYTES));
  derived.set(label, key);
  return key;
}

/** @returns a short public name of a key, from which nothing about the key can be computed. */
export function keyName(key: Buffer): string {
  return createHash("sha256").update("latchkey key name\0").update(key).digest("hex").slice(0, 8);
}

/** Encrypts with AES-256-GCM: nonce, ciphertext, tag in one buffer. `boundTo` must be given again to open. */
export function seal(key: Buffer, plain: Buffer, boundTo: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(boundTo));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/**
 * Opens what `seal` made.
 * @throws when the key or `boundTo` is another one, or the bytes were changed
 */
export function unseal(key: Buffer, sealed: Uint8Array, boundTo: string): Buffer {
  const bytes = Buffer.from(sealed);
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, NONCE_BYTES))
    .setAAD(Buffer.from(boundTo))
    .setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
  return Buffer.concat([
    decipher.update(bytes.subarray(NONCE_BYTES, bytes.length - TAG_BYTES)),
    decipher.final(),
  ]);
}
