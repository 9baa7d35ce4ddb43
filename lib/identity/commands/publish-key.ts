import { record } from "@/lib/audit/commands";
import type { Actor, Ctx } from "@/lib/ctx";
import { encryptedPrivateHalf, type KeyMaterial } from "@/lib/identity/key-material";
import { signal } from "@/lib/signals";

/** Whoever changes keys holds this lock until its transaction ends, so that what it decides by is still so when it writes. */
const SIGNING_KEY_LOCK = 7_203_114;

/** Waits for anybody else who is changing the keys, in any process. */
export async function lockSigningKeys(ctx: Ctx<Actor>): Promise<void> {
  await ctx.db.$executeRaw`SELECT pg_advisory_xact_lock(${SIGNING_KEY_LOCK})`;
}

/** What is decided about a key when it is published. */
export type Publication = {
  readonly isImported?: boolean;
  /** From when on it signs; null: it only verifies, and is retired from the start. */
  readonly activatesAt: Date | null;
};

/**
 * Adds a key: the private half is stored encrypted, bound to its `kid`; all processes hear of it. The caller holds the keys
 * and has asked who may.
 */
export async function publishKey(
  ctx: Ctx<Actor>,
  key: KeyMaterial,
  { activatesAt, isImported = false }: Publication,
): Promise<void> {
  const { kid, algorithm } = key;
  await ctx.db.signingKey.create({
    data: {
      kid,
      algorithm,
      publicJwk: { ...key.publicJwk } as object,
      encryptedKey: encryptedPrivateHalf(key),
      createdAt: ctx.now,
      isImported,
      activatesAt,
      retiredAt: activatesAt ? null : ctx.now,
    },
    select: { kid: true },
  });
  const type = isImported ? "signing_key.imported" : "signing_key.created";
  const when = activatesAt ? { activatesAt: activatesAt.toISOString() } : {};
  await record(ctx, [{ type, kid, algorithm, ...when }], null);
  if (activatesAt && activatesAt <= ctx.now)
    await record(ctx, [{ type: "signing_key.activated", kid }], null);
  await signal(ctx.db, [{ kind: "keys" }]);
}
