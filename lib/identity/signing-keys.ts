import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
} from "node:crypto";
import { calculateJwkThumbprint, type JWK } from "jose";
import { record } from "@/lib/audit/commands";
import type { Ctx, Sql, SystemActor } from "@/lib/ctx";
import { derivedKey, readingKeys, seal, unseal } from "@/lib/keys";
import { oncePerProcess } from "@/lib/shared";
import { SECOND_MILLISECONDS } from "@/lib/time";

export const SIGNING_ALGORITHM = "ES256";

export type SigningKey = {
  readonly kid: string;
  readonly algorithm: string;
  readonly publicJwk: JWK;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
};

/** A key another process made is seen after this long at the latest, or at once when a token names it. */
const RELOAD_AFTER_SECONDS = 60;
/** How often a token with an unknown `kid` may cause a read. */
const RELOAD_AT_MOST_EVERY_SECONDS = 5;

const LIST = {
  name: "signing_keys_list",
  text: `SELECT kid, algorithm, public_jwk, sealed_key FROM signing_keys
          WHERE retired_at IS NULL ORDER BY created_at DESC, kid`,
};

type Row = { kid: string; algorithm: string; public_jwk: JWK; sealed_key: Buffer };

const keyRing = () =>
  oncePerProcess("signing-keys", () => ({ keys: [] as SigningKey[], loadedAtMilliseconds: 0 }));

function opened(row: Row): SigningKey {
  const der = unseal(readingKeys("signing-key sealing"), row.sealed_key, row.kid);
  return {
    kid: row.kid,
    algorithm: row.algorithm,
    publicJwk: row.public_jwk,
    publicKey: createPublicKey({ key: row.public_jwk as JsonWebKey, format: "jwk" }),
    privateKey: createPrivateKey({ key: der, format: "der", type: "pkcs8" }),
  };
}

async function signingKeys(db: Sql, now: Date, maxAgeSeconds: number): Promise<readonly SigningKey[]> {
  const ring = keyRing();
  const ageSeconds = (now.getTime() - ring.loadedAtMilliseconds) / SECOND_MILLISECONDS;
  if (ring.keys.length > 0 && ageSeconds < maxAgeSeconds) return ring.keys;
  const rows = await db.query<Row>(LIST, []);
  ring.keys = rows.map((row) => ring.keys.find(({ kid }) => kid === row.kid) ?? opened(row));
  ring.loadedAtMilliseconds = now.getTime();
  return ring.keys;
}

/** @returns the key that signs now: the newest. Its key object is kept, so signing costs no parsing. */
export async function currentSigningKey(db: Sql, now: Date): Promise<SigningKey> {
  const [newest] = await signingKeys(db, now, RELOAD_AFTER_SECONDS);
  if (!newest) throw new Error("there is no signing key: the first start makes one");
  return newest;
}

/** @returns the key of that id, also one that another process has just made, or null. */
export async function findSigningKey(db: Sql, now: Date, kid: string): Promise<SigningKey | null> {
  for (const maxAgeSeconds of [RELOAD_AFTER_SECONDS, RELOAD_AT_MOST_EVERY_SECONDS]) {
    const found = (await signingKeys(db, now, maxAgeSeconds)).find((key) => key.kid === kid);
    if (found) return found;
  }
  return null;
}

/** @returns the public keys as a JWK set (RFC 7517 §5). */
export async function publicKeySet(db: Sql, now: Date): Promise<{ keys: JWK[] }> {
  const keys = await signingKeys(db, now, RELOAD_AFTER_SECONDS);
  return { keys: keys.map(({ publicJwk }) => publicJwk) };
}

/** Any number of processes may start at once; the one that gets this lock first makes the key. */
const SIGNING_KEY_LOCK = 7_203_114;

/** Makes the first signing key if there is none. Its private half is stored encrypted, bound to its `kid`. */
export async function ensureSigningKey(ctx: Ctx<SystemActor>): Promise<void> {
  await ctx.db.$executeRaw`SELECT pg_advisory_xact_lock(${SIGNING_KEY_LOCK})`;
  if ((await ctx.db.signingKey.count({ where: { retiredAt: null } })) > 0) return;
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const bare = publicKey.export({ format: "jwk" }) as JWK;
  // The key's id is its RFC 7638 thumbprint, so that an imported key keeps the same name.
  const kid = await calculateJwkThumbprint(bare);
  const der = privateKey.export({ format: "der", type: "pkcs8" });
  await ctx.db.signingKey.create({
    data: {
      kid,
      algorithm: SIGNING_ALGORITHM,
      publicJwk: { ...bare, kid, use: "sig", alg: SIGNING_ALGORITHM },
      sealedKey: Uint8Array.from(seal(derivedKey("signing-key sealing"), der, kid)),
      createdAt: ctx.now,
    },
    select: { kid: true },
  });
  await record(ctx, [{ type: "signing_key.created", kid, algorithm: SIGNING_ALGORITHM }]);
}
