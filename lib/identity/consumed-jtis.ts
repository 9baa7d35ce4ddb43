import { createHash } from "node:crypto";
import type { Ctx, Db, SharedStatement, Sql, SystemActor } from "@/lib/ctx";

/** What a `jti` was sent in; the same one in two kinds is two. */
export type JtiKind = "client assertion" | "DPoP proof" | "successor proof";

type Spending = { readonly digest: Buffer; readonly expiresAt: Date };

// Sorted, so that two processes lock what they share in the same order. Of one that is sent twice in one batch the first is the first.
const SPEND: SharedStatement<Spending, boolean> = {
  name: "jtis_spend",
  text: `INSERT INTO spent_jtis (digest, expires_at)
         SELECT DISTINCT ON (digest) digest, expires_at FROM unnest($1::bytea[], $2::timestamptz[]) AS s(digest, expires_at)
          ORDER BY digest
             ON CONFLICT DO NOTHING RETURNING encode(digest, 'hex') AS digest`,
  values: (spendings) => [spendings.map(({ digest }) => digest), spendings.map(({ expiresAt }) => expiresAt)],
  answers: (rows: readonly { digest: string }[], spendings) => {
    const fresh = new Set(rows.map(({ digest }) => digest));
    return spendings.map(({ digest }) => fresh.delete(digest.toString("hex")));
  },
};

type Jti = {
  readonly kind: JtiKind;
  /** Whose it is: a client id, a key's thumbprint. */
  readonly owner: string;
  readonly jti: string;
};

const digestOf = ({ kind, owner, jti }: Jti) =>
  createHash("sha256")
    .update(JSON.stringify([kind, owner, jti]))
    .digest();

/** Uses a `jti` up as {@link consumeJti} does, in the transaction of a deed: whoever is refused afterwards has not spent it. */
export async function consumeJtiIn(db: Db, jti: Jti, expiresAt: Date): Promise<boolean> {
  const spent = { digest: Uint8Array.from(digestOf(jti)), expiresAt };
  return (await db.consumedJti.createMany({ data: [spent], skipDuplicates: true })).count === 1;
}

/**
 * Uses a `jti` up, for all processes: the insert itself decides who was first. Only called when the signature was right, so
 * that nobody spends another's.
 * @param expiresAt until when it must be remembered: what carries it is refused by its time afterwards
 * @returns false when it was used before
 */
export async function consumeJti(db: Sql, jti: Jti, expiresAt: Date): Promise<boolean> {
  return db.ask(SPEND, { digest: digestOf(jti), expiresAt });
}

/** Forgets what can be refused by its time. */
export async function forgetConsumedJtis(ctx: Ctx<SystemActor>): Promise<void> {
  await ctx.db.consumedJti.deleteMany({ where: { expiresAt: { lt: ctx.now } } });
}
