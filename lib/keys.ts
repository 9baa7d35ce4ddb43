import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from "node:crypto";
import { env } from "@/lib/env";

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What keys are derived for; one purpose never shares a key with another. */
export type Purpose =
  | "client-secret pepper"
  | "deleted-secret tombstone"
  | "credential authentication"
  | "signing-key sealing"
  | "asset sealing"
  | "second-factor sealing"
  | "successor sealing"
  | "webhook-secret sealing"
  | "sign-in cookie"
  | "known-browser cookie"
  | "audit record"
  | "audit-key sealing"
  | "DPoP nonce"
  | "idempotency digest"
  | "server-action values";

/** By secret, and there by purpose. */
const derived = new Map<string, Map<Purpose, Buffer>>();
const names = new WeakMap<Buffer, string>();

function keyFrom(secret: string, purpose: Purpose): Buffer {
  const keys = derived.get(secret) ?? new Map<Purpose, Buffer>();
  const kept = keys.get(purpose);
  if (kept) return kept;
  const key = Buffer.from(hkdfSync("sha256", secret, "latchkey", purpose, KEY_BYTES));
  derived.set(secret, keys.set(purpose, key));
  return key;
}

/**
 * A 256-bit key for one purpose, from APP_SECRET by HKDF-SHA-256 (RFC 5869). Whatever is written is written under this one.
 * @param purpose becomes HKDF's `info`
 */
export function derivedKey(purpose: Purpose): Buffer {
  return keyFrom(env().appSecret, purpose);
}

/** @returns the same from APP_SECRET_PREVIOUS, or null when there is none. Nothing is ever written under it. */
export function previousKey(purpose: Purpose): Buffer | null {
  const { previousAppSecret } = env();
  return previousAppSecret === undefined ? null : keyFrom(previousAppSecret, purpose);
}

/** @returns the keys that are tried in reading: of APP_SECRET, then of APP_SECRET_PREVIOUS. */
export function readingKeys(purpose: Purpose): readonly Buffer[] {
  const previous = previousKey(purpose);
  return previous ? [derivedKey(purpose), previous] : [derivedKey(purpose)];
}

/** @returns a short public name of a key, from which nothing about the key can be computed. */
export function keyName(key: Buffer): string {
  const kept = names.get(key);
  if (kept !== undefined) return kept;
  const name = createHash("sha256").update("latchkey key name\0").update(key).digest("hex").slice(0, 8);
  names.set(key, name);
  return name;
}

/** Encrypts with AES-256-GCM: nonce, ciphertext, tag in one buffer. `boundTo` must be given again to open. */
export function encrypt(key: Buffer, plain: Buffer, boundTo: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(boundTo));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function open(key: Buffer, encrypted: Uint8Array, boundTo: string): Buffer {
  const bytes = Buffer.from(encrypted);
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, NONCE_BYTES))
    .setAAD(Buffer.from(boundTo))
    .setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
  return Buffer.concat([
    decipher.update(bytes.subarray(NONCE_BYTES, bytes.length - TAG_BYTES)),
    decipher.final(),
  ]);
}

/**
 * Opens what `encrypt` made. The encrypted bytes name no key: the tag tells whether it was the right one.
 * @param keys one, or several to be tried in turn
 * @throws when no key fits, `boundTo` is another one, or the bytes were changed
 */
export function decrypt(keys: Buffer | readonly Buffer[], encrypted: Uint8Array, boundTo: string): Buffer {
  const [first, ...others] = Buffer.isBuffer(keys) ? [keys] : keys;
  if (!first) throw new Error("no key to open with");
  try {
    return open(first, encrypted, boundTo);
  } catch (error) {
    if (others.length === 0) throw error;
    return decrypt(others, encrypted, boundTo);
  }
}

/** Under which secret something is encrypted. "neither" also stands for bytes that were changed. */
export type EncryptedUnder = "current" | "previous" | "neither";

/** @returns what is encrypted and bound to `from`, encrypted anew and bound to `to`; null where it is not */
export function rebound(
  purpose: Purpose,
  encrypted: Uint8Array,
  { from, to }: { readonly from: string; readonly to: string },
): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(encrypt(derivedKey(purpose), decrypt(readingKeys(purpose), encrypted, from), to));
  } catch {
    return null;
  }
}

/** Under which secret something is, and the same under the present one where it is not under that yet. */
export type Renewal =
  | { readonly under: "previous"; readonly anew: Uint8Array<ArrayBuffer> }
  | { readonly under: "current" | "neither" };

/** @returns under which secret it is encrypted; what is under the previous one also comes encrypted anew under the current one */
export function reencrypt(purpose: Purpose, encrypted: Uint8Array, boundTo: string): Renewal {
  const opened = (key: Buffer | null) => {
    try {
      return key && open(key, encrypted, boundTo);
    } catch {
      return null;
    }
  };
  if (opened(derivedKey(purpose))) return { under: "current" };
  const plain = opened(previousKey(purpose));
  if (!plain) return { under: "neither" };
  return { under: "previous", anew: Uint8Array.from(encrypt(derivedKey(purpose), plain, boundTo)) };
}
