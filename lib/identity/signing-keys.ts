import type { KeyObject } from "node:crypto";
import type { JWK } from "jose";
import type { Sql } from "@/lib/ctx";
import { oncePerProcess } from "@/lib/shared";
import { SECOND_MILLISECONDS } from "@/lib/time";
import { type KeyMaterial, openedKey } from "./key-material";
import {
  goneWhenRetiredBefore,
  isPublished,
  type KeyLife,
  RING_MAX_AGE_SECONDS,
  signerAt,
  stateOf,
} from "./rules";

export type SigningKey = KeyLife &
  KeyMaterial & {
    readonly publicKey: KeyObject;
    /** The bytes it was opened from. */
    readonly encrypted: Buffer;
  };

/** How often a token with an unknown `kid` may cause a read. */
const RELOAD_AT_MOST_EVERY_SECONDS = 5;

const LIST = {
  name: "signing_keys_list",
  text: `SELECT kid, sealed_key, created_at, activates_at, retired_at FROM signing_keys
          WHERE withdrawn_at IS NULL AND sealed_key <> '' AND (retired_at IS NULL OR retired_at > $1)
          ORDER BY created_at DESC, kid`,
};

type Row = {
  kid: string;
  sealed_key: Buffer;
  created_at: Date;
  activates_at: Date | null;
  retired_at: Date | null;
};

type Ring = {
  keys: readonly SigningKey[];
  /** In milliseconds since 1970; -Infinity when it must be read before it is used. */
  loadedAt: number;
  loading: Promise<void> | null;
  /** Counts the changes that were heard of. */
  changes: number;
};

/** The keys as this process saw them last. Key objects are kept, so that signing and verifying cost no parsing. */
const keyRing = () =>
  oncePerProcess(
    "signing-keys",
    (): Ring => ({ keys: [], loadedAt: Number.NEGATIVE_INFINITY, loading: null, changes: 0 }),
  );

function keyOf(row: Row, known: SigningKey | undefined): SigningKey {
  return {
    ...(known?.encrypted.equals(row.sealed_key) ? known : openedKey(row.sealed_key, row.kid)),
    encrypted: row.sealed_key,
    createdAt: row.created_at,
    activatesAt: row.activates_at,
    retiredAt: row.retired_at,
    withdrawnAt: null,
  };
}

async function load(ring: Ring, db: Sql, now: Date): Promise<void> {
  const { changes } = ring;
  const rows = await db.query<Row>(LIST, [goneWhenRetiredBefore(now)]);
  const known = new Map(ring.keys.map((key) => [key.kid, key]));
  ring.keys = rows.map((row) => keyOf(row, known.get(row.kid)));
  // A change that was heard of meanwhile may not be in what was read.
  if (ring.changes === changes) ring.loadedAt = now.getTime();
}

async function signingKeys(db: Sql, now: Date, maxAgeSeconds: number): Promise<readonly SigningKey[]> {
  const ring = keyRing();
  while (now.getTime() - ring.loadedAt >= maxAgeSeconds * SECOND_MILLISECONDS) {
    // One read at a time, shared by all who wait: an older one can never overwrite a newer one.
    ring.loading ??= load(ring, db, now).finally(() => {
      ring.loading = null;
    });
    await ring.loading;
  }
  return ring.keys;
}

/** Has the keys read again before they are next used: something about them changed, here or in another process. */
export function forgetSigningKeys(): void {
  const ring = keyRing();
  ring.changes += 1;
  ring.loadedAt = Number.NEGATIVE_INFINITY;
}

/** @returns the key that signs now. Its key object is kept, so signing costs no parsing. */
export async function currentSigningKey(db: Sql, now: Date): Promise<SigningKey> {
  for (const maxAgeSeconds of [RING_MAX_AGE_SECONDS, RELOAD_AT_MOST_EVERY_SECONDS]) {
    const signer = signerAt(await signingKeys(db, now, maxAgeSeconds), now);
    if (signer) return signer;
  }
  throw new Error("there is no signing key: the first start makes one");
}

/** Of keys at an instant: many who ask at once ask for the same. */
let lastPublished: { of: readonly SigningKey[]; at: number; keys: readonly SigningKey[] } | null = null;

function publishedOf(keys: readonly SigningKey[], now: Date): readonly SigningKey[] {
  const at = now.getTime();
  if (lastPublished?.of === keys && lastPublished.at === at) return lastPublished.keys;
  const signer = signerAt(keys, now);
  lastPublished = { of: keys, at, keys: keys.filter((key) => isPublished(stateOf(key, signer, now))) };
  return lastPublished.keys;
}

/** @returns the published key of that id, also one that another process has just made, or null. */
export async function findSigningKey(db: Sql, now: Date, kid: string): Promise<SigningKey | null> {
  for (const maxAgeSeconds of [RING_MAX_AGE_SECONDS, RELOAD_AT_MOST_EVERY_SECONDS]) {
    const published = publishedOf(await signingKeys(db, now, maxAgeSeconds), now);
    const found = published.find((key) => key.kid === kid);
    if (found) return found;
  }
  return null;
}

/** @returns the public keys as a JWK set (RFC 7517 §5): the next key before it signs, retired ones while they verify */
export async function publicKeySet(db: Sql, now: Date): Promise<{ keys: JWK[] }> {
  const keys = publishedOf(await signingKeys(db, now, RING_MAX_AGE_SECONDS), now);
  return { keys: keys.map(({ publicJwk }) => publicJwk) };
}
