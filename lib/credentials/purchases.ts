import type { Sql } from "@/lib/ctx";

const PURCHASE = {
  name: "credential_purchase",
  text: "UPDATE credentials SET purchases = purchases + 1 WHERE id = $1 AND purchases < $2 RETURNING id",
};

/**
 * Counts one purchase of a credential that may buy so many tokens, for all processes: the write itself decides who gets the last one.
 * @param max as the authenticated row says; what the table says at this moment may be anybody's
 * @returns false when they are used up
 */
export async function takePurchase(db: Sql, credentialId: string, max: number): Promise<boolean> {
  return (await db.query(PURCHASE, [credentialId, max])).length === 1;
}
