import {
  chainOf,
  type EventContent,
  eventDigest,
  linkDigest,
  recordKey,
  unsignedEventDigest,
} from "@/lib/audit/digest";
import type { Ctx, Db, SystemActor } from "@/lib/ctx";

/** Whoever seals holds this lock, so that a chain never gets two ends. Were it not for the lock, the primary key would refuse the second. */
const SEAL_LOCK = 7_203_116;
export const SEALED_AT_ONCE = 1000;

type Signed = EventContent & { readonly digest: Uint8Array | null; readonly digestKeyId: string | null };

type Waiting = {
  readonly position: bigint;
  readonly eventId: string;
  readonly tenantId: string | null;
  readonly isSealed: boolean;
  /** Null when somebody has removed the event. */
  readonly event: Signed | null;
};

async function waitingEvents(db: Db): Promise<Waiting[]> {
  const pending = await db.auditPending.findMany({ orderBy: { position: "asc" }, take: SEALED_AT_ONCE });
  if (pending.length === 0) return [];
  const ids = { in: pending.map(({ eventId }) => eventId) };
  const events = await db.auditEvent.findMany({ where: { id: ids } });
  const sealed = await db.auditLink.findMany({ where: { eventId: ids }, select: { eventId: true } });
  const known = new Map(events.map((event) => [event.id, event]));
  const done = new Set(sealed.map(({ eventId }) => eventId));
  return pending.map(({ position, eventId, tenantId }) => {
    const event = known.get(eventId) ?? null;
    const isSealed = done.has(eventId);
    done.add(eventId);
    return { position, eventId, tenantId: event ? event.tenantId : tenantId, isSealed, event };
  });
}

/** What the link vouches for. A row with a wrong signature gets one that says so; nothing is left for an event that was removed. */
function sealedDigest(event: Signed | null, own: { readonly id: string; readonly key: Buffer }): Buffer {
  if (!event) return Buffer.alloc(0);
  const written = event.digest && Buffer.from(event.digest);
  const isTrusted = written && (event.digestKeyId !== own.id || eventDigest(own.key, event).equals(written));
  return isTrusted ? written : unsignedEventDigest(own.key, event);
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
    await db.$executeRaw`SELECT pg_advisory_xact_lock(${SEAL_LOCK})`;
    return true;
  }
  const [answer] = await db.$queryRaw<
    { locked: boolean }[]
  >`SELECT pg_try_advisory_xact_lock(${SEAL_LOCK}) AS locked`;
  return answer?.locked ?? false;
}

/**
 * Links committed events to the ends of their tenants' chains, so that writers never wait for a chain. An event of a transaction that
 * commits late is found whenever it comes: what waits stands in a table of its own, not in a span of time.
 * @param waits whether to wait for another process that is sealing; without, it is left to that one
 * @returns how many events were taken; fewer than `SEALED_AT_ONCE` when none are left
 */
export async function sealEvents(
  ctx: Ctx<SystemActor>,
  { waits }: { readonly waits: boolean },
): Promise<number> {
  const { db, now } = ctx;
  if (!(await tryLock(db, waits))) return 0;
  const waiting = await waitingEvents(db);
  if (waiting.length === 0) return 0;
  const own = recordKey();
  const heads = new Map<string, Head>();
  const links = [];
  for (const { eventId, tenantId, isSealed, event } of waiting) {
    if (isSealed) continue;
    const chain = chainOf(tenantId);
    const head = heads.get(chain) ?? (await headOf(db, chain));
    const digest = sealedDigest(event, own);
    const sequence = head.sequence + 1n;
    const next = linkDigest(own.key, {
      chain,
      sequence,
      previous: head.digest,
      eventId,
      eventDigest: digest,
    });
    heads.set(chain, { sequence, digest: next });
    links.push({
      chain,
      sequence,
      eventId,
      eventDigest: Uint8Array.from(digest),
      linkDigest: Uint8Array.from(next),
      digestKeyId: own.id,
      sealedAt: now,
    });
  }
  await db.auditLink.createMany({ data: links });
  await db.auditPending.deleteMany({ where: { position: { in: waiting.map(({ position }) => position) } } });
  return waiting.length;
}
