import type { AnonymousActor, Ctx, Sql } from "@/lib/ctx";
import { noteUse } from "./last-use";
import { matchesDigest, pepperIds, renewedDigest, secretIdOf } from "./material";

/** A secret that may be used now, with the machine it belongs to. */
export type Standing = {
  readonly secretId: string;
  readonly machineId: string;
  readonly machineName: string;
  readonly clientId: string;
  readonly tenantId: string;
};

type Row = {
  digest: Buffer;
  pepper_id: string;
  revoked_at: Date | null;
  machine_id: string;
  machine_name: string;
  client_id: string;
  tenant_id: string;
  disabled_at: Date | null;
  deleted_at: Date | null;
};

// Secret and machine in one indexed read: this decides every token request and every call of a robot, and a second
// read would halve both (DECISIONS.md, 2).
const FIND_BY_SECRET_ID = {
  name: "secret_standing",
  text: `SELECT s.digest, s.pepper_id, s.revoked_at, m.id AS machine_id, m.name AS machine_name,
                m.client_id, m.tenant_id, m.disabled_at, m.deleted_at
           FROM secrets s JOIN machines m ON m.id = s.machine_id AND m.tenant_id = s.tenant_id
          WHERE s.id = $1`,
};

const standingOf = (secretId: string, row: Row): Standing => ({
  secretId,
  machineId: row.machine_id,
  machineName: row.machine_name,
  clientId: row.client_id,
  tenantId: row.tenant_id,
});

function whyNot(row: Row): string | null {
  if (row.revoked_at) return "the secret is deleted";
  if (row.deleted_at) return "the machine is deleted";
  return row.disabled_at ? "the machine is disabled" : null;
}

function whyNoMatch(secretId: string, pepperId: string, now: Date): string {
  const { current, previous } = pepperIds(now);
  return pepperId === current || pepperId === previous
    ? `wrong secret for secret id ${secretId}`
    : `secret id ${secretId} is stored under an APP_SECRET that is not accepted, or not any more`;
}

/**
 * Client authentication by secret. The reason of a refusal is for the log only: outside, all refusals are one.
 * A value that no server can have issued is refused by its checksum before the database is asked; that takes less time
 * and tells the sender only what they can compute themselves.
 * @param presented the client id and secret as they were sent
 */
export async function checkSecret(
  ctx: Ctx<AnonymousActor, Sql>,
  presented: { readonly clientId: string; readonly clientSecret: string },
): Promise<{ ok: true; standing: Standing } | { ok: false; reason: string }> {
  const secretId = secretIdOf(presented.clientSecret);
  if (!secretId) {
    matchesDigest(presented.clientSecret, null, ctx.now);
    return { ok: false, reason: "not a client secret of this kind" };
  }
  const [row] = await ctx.db.query<Row>(FIND_BY_SECRET_ID, [secretId]);
  const stored = row ? { digest: row.digest, pepperId: row.pepper_id } : null;
  const isMatch = matchesDigest(presented.clientSecret, stored, ctx.now);
  if (!row || !stored) return { ok: false, reason: "unknown secret id" };
  if (!isMatch) return { ok: false, reason: whyNoMatch(secretId, stored.pepperId, ctx.now) };
  if (row.client_id !== presented.clientId) return { ok: false, reason: "the secret is of another client" };
  const reason = whyNot(row);
  if (reason) return { ok: false, reason };
  const renewed = renewedDigest(presented.clientSecret, stored);
  noteUse(ctx.db, secretId, { at: ctx.now, address: ctx.actor.address, renewed });
  return { ok: true, standing: standingOf(secretId, row) };
}

/**
 * Asks whether the secret a token was bought with still stands, and its machine.
 * @returns null when either is gone, deleted or disabled
 */
export async function findStanding(db: Sql, secretId: string): Promise<Standing | null> {
  const [row] = await db.query<Row>(FIND_BY_SECRET_ID, [secretId]);
  return row && !whyNot(row) ? standingOf(secretId, row) : null;
}
