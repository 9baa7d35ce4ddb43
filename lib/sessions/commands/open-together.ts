import { randomUUID } from "node:crypto";
import { recordAll } from "@/lib/audit/commands";
import type { Asked, Db } from "@/lib/ctx";
import { Prisma } from "@/lib/generated/prisma/client";
import { hostKey } from "@/lib/sessions/rules";
import type { OpenSessionInput, SessionView } from "@/lib/sessions/schema";
import { openedSignals, sessionOpened } from "@/lib/sessions/session-changes";
import { OPENED_COLUMNS, type SessionRow, sessionView, TAKEN_OVER } from "@/lib/sessions/session-row";
import { signal } from "@/lib/signals";

type Opening = Asked<OpenSessionInput>;

/** One whose credential and machine stand, and whose host's session nobody else has in hand, until the transaction ends. */
export type LockedOpening<O extends Opening = Opening> = {
  readonly opening: O;
  /** Null where the host has none. */
  readonly sessionId: string | null;
};

const asked = ({ actor, input }: Opening, number: number) => ({
  number,
  machine_id: actor.id,
  tenant_id: actor.tenantId,
  credential_id: actor.credentialId,
  host_key: hostKey(input.hostName),
  instance_id: input.instanceId,
  address: actor.address ?? "",
});

/**
 * Takes what openings hang on for this transaction, as `openSession` does, in the order in which everybody takes it: machine and credential,
 * under a share lock that a deletion waits for, then the session. Nobody is waited for. Each row is found by its id alone, as `TABLES` of
 * identity says.
 * @param openings no two of one host
 * @returns those that nothing stands against; for the others `openSession` must wait, or say what is wrong
 */
export async function lockForOpening<O extends Opening>(
  db: Db,
  openings: readonly O[],
): Promise<LockedOpening<O>[]> {
  const rows = await db.$queryRaw<{ number: number; session_id: string | null }[]>`
    WITH standing AS MATERIALIZED (
      SELECT a.* FROM json_to_recordset(${JSON.stringify(openings.map(asked))}::json) AS a(number int, machine_id uuid, tenant_id uuid,
                        credential_id text, host_key text, instance_id text, address text)
        JOIN machines m ON m.id = a.machine_id AND (m.tenant_id = a.tenant_id) IS TRUE
        JOIN credentials c ON c.id = a.credential_id AND (c.machine_id = a.machine_id AND c.tenant_id = a.tenant_id) IS TRUE
        JOIN tenants t ON t.id = m.tenant_id
       WHERE m.deleted_at IS NULL AND m.disabled_at IS NULL AND c.revoked_at IS NULL AND c.disabled_at IS NULL AND c.expiry_cut_at IS NULL
         AND COALESCE(m.client_authentication, t.client_authentication)::text IN ('Any', c.kind::text)
         AND (m.kind = 'Template' OR m.name_key = a.host_key)
       ORDER BY m.id, c.id FOR SHARE OF m, c, t SKIP LOCKED),
    held AS MATERIALIZED (
      SELECT a.number, s.id FROM standing a
        JOIN sessions s ON s.machine_id = a.machine_id AND s.tenant_id = a.tenant_id AND s.host_key = a.host_key
       WHERE s.ended_at IS NULL AND (s.instance_id <> a.instance_id AND s.address <> a.address) IS NOT TRUE
       ORDER BY s.id FOR NO KEY UPDATE OF s SKIP LOCKED)
    SELECT number, id AS session_id FROM held
     UNION ALL
    SELECT a.number, NULL FROM standing a
     WHERE NOT EXISTS (SELECT FROM sessions s WHERE s.machine_id = a.machine_id AND s.tenant_id = a.tenant_id
                                                AND s.host_key = a.host_key AND s.ended_at IS NULL)`;
  return rows.flatMap(({ number, session_id: sessionId }) => {
    const opening = openings[number];
    return opening ? [{ opening, sessionId }] : [];
  });
}

const written = ([id, { opening }]: readonly [string, LockedOpening]) => {
  const { actor, now, input } = opening;
  return {
    id,
    tenant_id: actor.tenantId,
    machine_id: actor.id,
    credential_id: actor.credentialId,
    host_name: input.hostName,
    host_key: hostKey(input.hostName),
    robot_version: input.robotVersion,
    platform: input.platform,
    address: actor.address ?? "",
    is_busy: false,
    started_at: now,
    heartbeat_at: now,
    token_id: actor.tokenId,
    token_expires_at: actor.tokenExpiresAt,
    instance_id: input.instanceId,
  };
};

/**
 * Opens sessions that `lockForOpening` has found nothing against, with their events.
 * @returns their sessions, by opening; one that another process opened meanwhile is not among them
 */
export async function openHeld<O extends Opening>(
  db: Db,
  held: readonly LockedOpening<O>[],
): Promise<Map<O, SessionView>> {
  if (held.length === 0) return new Map();
  const byId = new Map(held.map((one) => [one.sessionId ?? randomUUID(), one]));
  const rows = await db.$queryRaw<SessionRow[]>`
    INSERT INTO sessions (${Prisma.raw(OPENED_COLUMNS)})
    SELECT ${Prisma.raw(OPENED_COLUMNS)} FROM json_populate_recordset(NULL::sessions, ${JSON.stringify([...byId].map(written))}::json)
     ORDER BY machine_id, host_key
        ON CONFLICT (machine_id, host_key) WHERE ended_at IS NULL DO UPDATE SET ${Prisma.raw(TAKEN_OVER)}
     WHERE sessions.id = EXCLUDED.id AND sessions.tenant_id = EXCLUDED.tenant_id
 RETURNING *`;
  const opened = rows.flatMap((row) => {
    const one = byId.get(row.id);
    return one ? [{ ...one, session: sessionView(row) }] : [];
  });
  await signal(
    db,
    opened.flatMap(({ opening, session }) => openedSignals(opening.actor, session)),
  );
  await recordAll(
    db,
    opened.map(({ opening: { actor, now }, sessionId, session }) => ({
      actor,
      now,
      event: sessionOpened(session, sessionId !== null),
    })),
  );
  return new Map(opened.map(({ opening, session }) => [opening, session]));
}
