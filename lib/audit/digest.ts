import { createHmac } from "node:crypto";

/**
 * How the record's digests are made. Both are HMAC-SHA-256 under a key derived from APP_SECRET, so that whoever can write
 * the database but does not know that secret can make neither. Their input is the JSON of one array in canonical form (RFC 8785),
 * which begins with what it is and its version:
 *
 *     event  ["latchkey audit event 1", id, tenant id or null, time (ISO 8601, UTC, milliseconds), kind of actor, actor id or null,
 *             actor name, address or null, type, machine id or null, secret or key id or null, details]
 *     link   ["latchkey audit link 1", chain, sequence (decimal text), digest of the link before (hex; null at the first), event id,
 *             digest of the event (hex)]
 */
const EVENT = "latchkey audit event 1";
const LINK = "latchkey audit link 1";
/** What the audit chainer signs where a row has no right digest: it is older than the chain, or was not written by Latchkey. */
const UNSIGNED_EVENT = "latchkey audit event 1, sealed unsigned";

/** The chain of events that belong to no tenant. */
export const INSTALLATION_CHAIN = "00000000-0000-0000-0000-000000000000";

/** @returns the chain that events of this tenant, or of none, are linked in */
export const chainOf = (tenantId: string | null): string => tenantId ?? INSTALLATION_CHAIN;

/** All columns of an event that its digest covers. */
export type EventContent = {
  readonly id: string;
  readonly tenantId: string | null;
  readonly at: Date;
  readonly actorKind: string;
  readonly actorId: string | null;
  readonly actorName: string;
  readonly address: string | null;
  readonly type: string;
  readonly machineId: string | null;
  readonly credentialId: string | null;
  /** A JSON value: what `JSON.parse` gives. */
  readonly details: unknown;
};

/** @returns the one JSON text (RFC 8785) of a JSON value, whatever the order of its members. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${members.join(",")}}`;
}

const keyed = (key: Buffer, parts: readonly unknown[]): Buffer =>
  createHmac("sha256", key).update(canonicalJson(parts)).digest();

const columns = (event: EventContent): readonly unknown[] => [
  event.id,
  event.tenantId,
  event.at.toISOString(),
  event.actorKind,
  event.actorId,
  event.actorName,
  event.address,
  event.type,
  event.machineId,
  event.credentialId,
  event.details,
];

/** @returns the digest that an event is written with */
export const eventDigest = (key: Buffer, event: EventContent): Buffer =>
  keyed(key, [EVENT, ...columns(event)]);

/** @returns the digest that the audit chainer gives to an event that has no right one of its own */
export const unsignedEventDigest = (key: Buffer, event: EventContent): Buffer =>
  keyed(key, [UNSIGNED_EVENT, ...columns(event)]);

export type Link = {
  readonly chain: string;
  readonly sequence: bigint;
  /** Of the link before; null at the first. */
  readonly previous: Buffer | null;
  readonly eventId: string;
  readonly eventDigest: Buffer;
};

/** @returns the digest of a link, which stands for everything that the chain says up to it */
export const linkDigest = (key: Buffer, link: Link): Buffer =>
  keyed(key, [
    LINK,
    link.chain,
    String(link.sequence),
    link.previous?.toString("hex") ?? null,
    link.eventId,
    link.eventDigest.toString("hex"),
  ]);
