import { authenticated, ROW } from "@/lib/credentials/authentic";
import { tombstoneOf } from "@/lib/credentials/material";
import type { Ctx, SystemActor } from "@/lib/ctx";

const ROWS_AT_ONCE = 1_000;

/**
 * Makes the MACs of all credentials over what their rows say now, whoever wrote them; digests of deleted secrets become tombstones. It is
 * for rows from before there were MACs, and its caller has made sure that they are.
 * @returns how many there are
 */
export async function authenticateCredentials(ctx: Ctx<SystemActor>): Promise<number> {
  let count = 0;
  for (let last = ""; ; ) {
    const rows = await ctx.db.credential.findMany({
      where: { id: { gt: last } },
      orderBy: { id: "asc" },
      take: ROWS_AT_ONCE,
      select: ROW,
    });
    const written = rows.map((row) => {
      const { digest, pepperId, revokedAt } = row;
      const isBuried = revokedAt && digest && pepperId !== null;
      const content = { ...row, digest: isBuried ? tombstoneOf({ digest, pepperId }, ctx.now) : digest };
      const { mac, macKeyId } = authenticated(content);
      return { id: row.id, digest: hex(content.digest), mac: hex(mac), mac_key_id: macKeyId };
    });
    await ctx.db.$executeRaw`
      UPDATE credentials c SET digest = decode(r.digest, 'hex'), mac = decode(r.mac, 'hex'), mac_key_id = r.mac_key_id
        FROM jsonb_to_recordset(${JSON.stringify(written)}::jsonb) AS r(id text, digest text, mac text, mac_key_id text)
       WHERE c.id = r.id`;
    count += rows.length;
    const end = rows.at(-1);
    if (!end || rows.length < ROWS_AT_ONCE) return count;
    last = end.id;
  }
}

const hex = (bytes: Uint8Array | null) => bytes && Buffer.from(bytes).toString("hex");
