import { createHmac, randomBytes, randomInt, timingSafeEqual } from "node:crypto";
import { crc32 } from "node:zlib";
import { env } from "@/lib/env";
import { derivedKey, keyName, previousKey } from "@/lib/keys";

/**
 * The grammar of a client secret, and its one owner:
 *
 *     lks_ <secret id: 16 base62> _ <256 random bits: 43 base62> <CRC-32 of all before it: 6 base62>
 *
 * Letters, digits and underscores only, so that a double click selects it whole and form-encoding (RFC 6749 §2.3.1)
 * leaves it as it is. The separator is not in the alphabet.
 */
const PREFIX = "lks_";
const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ID_LENGTH = 16;
const RANDOM_BYTES = 32;
const RANDOM_LENGTH = 43;
const CHECKSUM_LENGTH = 6;
const SHAPE = new RegExp(
  `^${PREFIX}([0-9A-Za-z]{${ID_LENGTH}})_[0-9A-Za-z]{${RANDOM_LENGTH}}([0-9A-Za-z]{${CHECKSUM_LENGTH}})$`,
);

function base62(value: bigint, length: number): string {
  let digits = "";
  for (let rest = value; digits.length < length; rest /= 62n)
    digits = BASE62.charAt(Number(rest % 62n)) + digits;
  return digits;
}

const checksum = (text: string) => base62(BigInt(crc32(text)), CHECKSUM_LENGTH);

export type SecretMaterial = {
  readonly secretId: string;
  readonly value: string;
  readonly lastFour: string;
  readonly digest: Buffer;
  readonly pepperId: string;
};

/** What secrets are stored under; tombstones of deleted ones are of the same APP_SECRET. */
type Pepper = { readonly id: string; readonly key: Buffer; readonly tombstoneKey: Buffer };

const PEPPER = "client-secret pepper";
const TOMBSTONE = "deleted-secret tombstone";

const pepper = (): Pepper => {
  const key = derivedKey(PEPPER);
  return { id: keyName(key), key, tombstoneKey: derivedKey(TOMBSTONE) };
};

/** @returns the pepper of APP_SECRET_PREVIOUS, or null when there is none or its end has come. */
function previousPepper(now: Date): Pepper | null {
  const endsAt = env().previousAppSecretEndsAt;
  const [key, tombstoneKey] = [previousKey(PEPPER), previousKey(TOMBSTONE)];
  return key && tombstoneKey && (!endsAt || now < endsAt) ? { id: keyName(key), key, tombstoneKey } : null;
}

/** @returns the pepper of that name, or the present one where it is not accepted */
function pepperNamed(id: string, now: Date): Pepper {
  const previous = previousPepper(now);
  return previous?.id === id ? previous : pepper();
}

/** @returns the public names of the peppers that are accepted; `previous` is null when only one is */
export const pepperIds = (now: Date) => ({ current: pepper().id, previous: previousPepper(now)?.id ?? null });

const keyedDigest = (value: string, key: Buffer) => createHmac("sha256", key).update(value).digest();

/** @returns a new public id of a credential: 95 random bits, so that two are never the same */
export function makeCredentialId(): string {
  return Array.from({ length: ID_LENGTH }, () => BASE62.charAt(randomInt(62))).join("");
}

/** Makes a new secret. The value leaves this process once; the digest is what is stored. */
export function makeSecret(): SecretMaterial {
  const secretId = makeCredentialId();
  const random = base62(BigInt(`0x${randomBytes(RANDOM_BYTES).toString("hex")}`), RANDOM_LENGTH);
  const body = `${PREFIX}${secretId}_${random}`;
  const value = body + checksum(body);
  const { id, key } = pepper();
  return { secretId, value, lastFour: value.slice(-4), digest: keyedDigest(value, key), pepperId: id };
}

/**
 * Reads the public id out of a presented secret.
 * @returns null for anything this server cannot have issued: wrong shape or wrong checksum
 */
export function secretIdOf(presented: string): string | null {
  const match = SHAPE.exec(presented);
  if (!match?.[1]) return null;
  return checksum(presented.slice(0, -CHECKSUM_LENGTH)) === match[2] ? match[1] : null;
}

/** @returns what stands in a text as a client secret does, whole or not, with the id that it names; null where nothing does */
export function secretIn(text: string): { readonly value: string; readonly secretId: string } | null {
  const [value, secretId] = new RegExp(`${PREFIX}([0-9A-Za-z]{${ID_LENGTH}})_[0-9A-Za-z]*`).exec(text) ?? [];
  return value && secretId ? { value, secretId } : null;
}

/** What a lookup that found nothing is compared with, so that it costs what a found one costs. */
const NO_SECRET = { digest: randomBytes(RANDOM_BYTES), pepperId: "" };

type Stored = { readonly digest: Uint8Array; readonly pepperId: string };

const isSame = (one: Uint8Array, other: Uint8Array) =>
  one.length === other.length && timingSafeEqual(one, other);

const tombstone = (digest: Uint8Array, key: Buffer) => createHmac("sha256", key).update(digest).digest();

/** @returns what takes a deleted secret's place: by it the secret is known again, and no digest can be made from it */
export const tombstoneOf = ({ digest, pepperId }: Stored, now: Date): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(tombstone(digest, pepperNamed(pepperId, now).tombstoneKey));

/**
 * Compares a presented secret with what is stored, in constant time. Whatever is no match costs the same: nothing stored, another
 * secret, a deleted one, a pepper that is not accepted.
 * @returns what it matches, or null
 */
export function matchOf(presented: string, stored: Stored | null, now: Date): "digest" | "tombstone" | null {
  const { digest, pepperId } = stored ?? NO_SECRET;
  const { id, key, tombstoneKey } = pepperNamed(pepperId, now);
  const own = keyedDigest(presented, key);
  const isAccepted = pepperId === id;
  if (isSame(own, digest) && isAccepted) return "digest";
  return isSame(tombstone(own, tombstoneKey), digest) && isAccepted ? "tombstone" : null;
}

type RenewedDigest = { readonly digest: Buffer; readonly pepperId: string };

/**
 * @param presented a secret that matches what is stored
 * @returns its digest under the current pepper, or null when it is stored under that one already
 */
export function renewedDigest(presented: string, pepperId: string | null): RenewedDigest | null {
  const { id, key } = pepper();
  if (pepperId === id) return null;
  return { digest: keyedDigest(presented, key), pepperId: id };
}

/** @returns what lists show of a secret: prefix and last four characters. */
export function secretHint(lastFour: string): string {
  return `${PREFIX}…${lastFour}`;
}
