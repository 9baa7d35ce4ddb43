import { chainOf, type EventContent, eventDigest, linkDigest, unsignedEventDigest } from "@/lib/audit/digest";
import { keepRecordKey, recordKey } from "@/lib/audit/record-keys";
import type { Ctx, Db, SystemActor } from "@/lib/ctx";

/** Whoever chains holds this lock, so that a chain never gets two ends. Were it not for the lock, the primary key would refuse the second. */
const CHAIN_LOCK = 7_203_116;
export const CHAINED_AT_ONCE = 1000;

type Signed = EventContent & { readonly digest: Uint8Array | null; readonly digestKeyId: string | null };

type Row = Signed & {
  readonly position: bigint;
  readonly eventId: string;
  readonly isSealed: boolean;
  readonly isThere: boolean;
};

function waitingEvents(db: Db): Promise<Row[]> {
  return db.$queryRaw<Row[]>`
    SELECT p.position, p.event_id AS "eventId", l.event_id IS NOT NULL AS "isSealed", e.id IS NOT NULL AS "isThere",
           p.event_id AS id, CASE WHEN e.id IS NULL THEN p.tenant_id ELSE e.tenant_id END AS "tenantId", e.at,
           e.actor_kind AS "actorKind", e.actor_id AS "actorId", e.actor_name AS "actorName", e.address, e.type,
           e.machine_id AS "machineId", e.credential_id AS "credentialId", e.details, e.digest,
           e.digest_key_id AS "digestKeyId"
      FROM (SELECT * FROM audit_pending ORDER BY position LIMIT ${CHAINED_AT_ONCE}) p
      LEFT JOIN audit_events e ON e.id = p.event_id
      LEFT JOIN audit_links l ON l.event_id = p.event_id
     ORDER BY p.position`;
}

/** What the link vouches for. A row with a wrong signature gets one that says so; nothing is left for an event that was removed. */
function chainedDigest(event: Signed | null, own: { readonly id: string; readonly key: Buffer }): Buffer {
  if (!event) return Buffer.alloc(0);
  const written = event.digest && Buffer.from(event.digest);
  const isTrusted = written && (event.digestKeyId !== own.id || eventDigest(own.key, event).equals(written));
  return isTrusted ? written : unsignedEventDigest(own.key, event);
}

type NewLink = {
  readonly chain: string;
  readonly sequence: bigint;
  readonly eventId: string;
  readonly digest: Buffer;
  readonly next: Buffer;
};

async function append(db: Db, links: readonly NewLink[], keyId: string, chainedAt: Date): Promise<void> {
  if (links.length === 0) return;
  await db.$executeRaw`
    INSERT INTO audit_links (chain, sequence, event_id, event_digest, link_digest, digest_key_id, sealed_at)
    SELECT chain, sequence, event_id, decode(event_digest, 'hex'), decode(link_digest, 'hex'), ${keyId}, ${chainedAt}
      FROM unnest(${links.map(({ chain }) => chain)}::uuid[], ${links.map(({ sequence }) => sequence)}::bigint[],
                  ${links.map(({ eventId }) => eventId)}::uuid[], ${links.map(({ digest }) => digest.toString("hex"))}::text[],
                  ${links.map(({ next }) => next.toString("hex"))}::text[])
        AS new(chain, sequence, event_id, event_digest, link_digest)`;
}

type Head = { sequence: bigint; digest: Buffer | null };

async function headOf(db: Db, chain: string): Promise<Head> {
  const last = await db.auditLink.findFirst({
    where: { chain },
    orderBy: { sequence: "desc" },
    select: { sequence: true, linkDigest: true },
  });
  return last
    ? { sequence: last.sequence, digest: Buffer.from(last.linkDigest) }
    : { sequence: 0n, digest: null };
}

async function tryLock(db: Db, waits: boolean): Promise<boolean> {
  if (waits) {
    await db.$executeRaw`SELECT pg_advisory_xact_lock(${CHAIN_LOCK})`;
    return true;
  }
  const [answer] = await db.$queryRaw<
    { locked: boolean }[]
  >`SELECT pg_try_advisory_xact_lock(${CHAIN_LOCK}) AS locked`;
  return answer?.locked ?? false;
}

/**
 * Links committed events to the ends of their tenants' chains, so that writers never wait for a chain. An event of a transaction that
 * commits late is found whenever it comes: what waits stands in a table of its own, not in a span of time.
 * @param waits whether to wait for another process that is chaining; without, it is left to that one
 * @returns how many events were taken; fewer than `CHAINED_AT_ONCE` when none are left
 */
export async function chainEvents(
  ctx: Ctx<SystemActor>,
  { waits }: { readonly waits: boolean },
): Promise<number> {
  const { db, now } = ctx;
  if (!(await tryLock(db, waits))) return 0;
  const waiting = await waitingEvents(db);
  if (waiting.length === 0) return 0;
  const own = recordKey();
  await keepRecordKey(db, own, now);
  const heads = new Map<string, Head>();
  const links = new Map<string, NewLink>();
  for (const row of waiting) {
    const { eventId } = row;
    if (row.isSealed || links.has(eventId)) continue;
    const chain = chainOf(row.tenantId);
    const head = heads.get(chain) ?? (await headOf(db, chain));
    const digest = chainedDigest(row.isThere ? row : null, own);
    const sequence = head.sequence + 1n;
    const next = linkDigest(own.key, {
      chain,
      sequence,
      previous: head.digest,
      eventId,
      eventDigest: digest,
    });
    heads.set(chain, { sequence, digest: next });
    links.set(eventId, { chain, sequence, eventId, digest, next });
  }
  await append(db, [...links.values()], own.id, now);
  await db.$executeRaw`
    DELETE FROM audit_pending WHERE position = ANY(${waiting.map(({ position }) => position)}::bigint[])`;
  return waiting.length;
}
