import {
  chainOf,
  type EventContent,
  eventDigest,
  type Link,
  linkDigest,
  unsignedEventDigest,
} from "./digest";
import { FINDINGS_MAX, type Finding, type Head } from "./schema";

/** A link beside its event, if that is there, as the database has them. */
export type LinkRow = {
  sequence: string;
  event_id: string;
  event_digest: Buffer;
  link_digest: Buffer;
  link_key_id: string;
} & (
  | { id: null }
  | {
      id: string;
      tenant_id: string | null;
      at: Date;
      actor_kind: string;
      actor_id: string | null;
      actor_name: string;
      address: string | null;
      type: string;
      machine_id: string | null;
      credential_id: string | null;
      details: unknown;
      digest: Buffer | null;
      digest_key_id: string | null;
    }
);

/** How far a walk along a chain has come, and what it has found. */
export type Walk = {
  readonly chain: string;
  readonly wanted: ReadonlySet<string>;
  chained: number;
  waiting: number;
  /** The digest the next link may build on: what is stored, and what should be. They differ where a link was edited. */
  previous: readonly (Buffer | null)[];
  sequence: bigint;
  head: Head | null;
  /** Events without a signature are older than the chain, so none follows one that has it. */
  hasMetSigned: boolean;
  findingCount: number;
  readonly findings: Finding[];
  readonly containedHeads: Head[];
};

/** Notes something that is wrong. */
export function find(
  walk: Walk,
  kind: Finding["kind"],
  sequence: string | null,
  eventId: string | null,
  event: Finding["event"],
) {
  walk.findingCount += 1;
  if (walk.findings.length < FINDINGS_MAX) walk.findings.push({ kind, sequence, eventId, event });
}

const contentOf = (row: Extract<LinkRow, { tenant_id: unknown }>): EventContent => ({
  id: row.id,
  tenantId: row.tenant_id,
  at: row.at,
  actorKind: row.actor_kind,
  actorId: row.actor_id,
  actorName: row.actor_name,
  address: row.address,
  type: row.type,
  machineId: row.machine_id,
  credentialId: row.credential_id,
  details: row.details,
});

type Keys = ReadonlyMap<string, Buffer>;

/** @returns what is wrong with the event behind a link, or null */
function eventProblem(walk: Walk, row: LinkRow, keys: Keys, linkKey: Buffer): Finding["kind"] | null {
  if (row.id === null) return "event removed";
  const content = contentOf(row);
  if (chainOf(content.tenantId) !== walk.chain) return "event changed";
  const key = row.digest_key_id === null ? undefined : keys.get(row.digest_key_id);
  const isSignedWith = (one: Buffer) => eventDigest(one, content).equals(row.event_digest);
  if (isSignedWith(key ?? linkKey)) {
    walk.hasMetSigned = true;
    return key && row.digest?.equals(row.event_digest) ? null : "event changed";
  }
  if (unsignedEventDigest(linkKey, content).equals(row.event_digest)) {
    return row.digest === null && !walk.hasMetSigned ? null : "event not written by Latchkey";
  }
  const isOtherKey = row.digest_key_id !== null && !key && row.digest?.equals(row.event_digest);
  return isOtherKey ? "written under another key" : "event changed";
}

/** Goes on by one link: does it follow from the one before, and is its event as it was written? */
export function step(walk: Walk, row: LinkRow, keys: Keys): void {
  const sequence = BigInt(row.sequence);
  const event = row.id === null ? null : { at: row.at, type: row.type, actorName: row.actor_name };
  const report = (kind: Finding["kind"]) => find(walk, kind, row.sequence, row.event_id, event);
  const hasGap = sequence !== walk.sequence + 1n;
  if (hasGap) find(walk, "links removed", String(walk.sequence + 1n), null, null);
  walk.sequence = sequence;
  walk.chained += 1;
  walk.head = { sequence: row.sequence, digest: row.link_digest.toString("hex") };
  const key = keys.get(row.link_key_id);
  if (!key) {
    report("written under another key");
    walk.previous = [row.link_digest];
    return;
  }
  const link = (previous: Buffer | null): Link => ({
    chain: walk.chain,
    sequence,
    previous,
    eventId: row.event_id,
    eventDigest: row.event_digest,
  });
  const expected = walk.previous.map((previous) => linkDigest(key, link(previous)));
  const isRight = expected.some((digest) => digest.equals(row.link_digest));
  // Behind a gap there is nothing to compare with; what follows is compared with this one.
  if (!isRight && !hasGap) report("link changed or moved");
  walk.previous = isRight ? [row.link_digest] : [row.link_digest, ...expected];
  if (isRight && walk.wanted.has(walk.head.digest)) walk.containedHeads.push(walk.head);
  const problem = eventProblem(walk, row, keys, key);
  if (problem) report(problem);
}
