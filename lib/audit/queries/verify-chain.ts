import { find, type LinkRow, step, type Walk } from "@/lib/audit/chain-walk";
import { INSTALLATION_CHAIN } from "@/lib/audit/digest";
import { recordKeys } from "@/lib/audit/record-keys";
import type { ChainReport } from "@/lib/audit/schema";
import type { Actor, Ctx, Sql } from "@/lib/ctx";

const LINKS_AT_ONCE = 1000;
const EVENTS_AT_ONCE = 5000;

const LINKS = {
  name: "audit_verify_links",
  text: `SELECT l.sequence, l.event_id, l.event_digest, l.link_digest, l.digest_key_id AS link_key_id,
                e.id, e.tenant_id, e.at, e.actor_kind, e.actor_id, e.actor_name, e.address, e.type, e.machine_id, e.credential_id,
                e.details, e.digest, e.digest_key_id
           FROM audit_links l LEFT JOIN audit_events e ON e.id = l.event_id
          WHERE l.chain = $1 AND l.sequence > $2 ORDER BY l.sequence LIMIT ${LINKS_AT_ONCE}`,
};

/** Each event beside its link, if it has one. One statement sees an event either waiting or linked, whatever the audit chainer does meanwhile. */
const eventsOf = (name: string, tenant: string) => ({
  name,
  text: `SELECT e.id, e.at, e.type, e.actor_name, l.chain, p.event_id IS NOT NULL AS is_waiting
           FROM (SELECT id, at, type, actor_name FROM audit_events
                  WHERE tenant_id ${tenant} AND (at, id) > ($1, $2) ORDER BY at, id LIMIT ${EVENTS_AT_ONCE}) e
           LEFT JOIN audit_links l ON l.event_id = e.id
           LEFT JOIN audit_pending p ON p.event_id = e.id
          ORDER BY e.at, e.id`,
});
const TENANT_EVENTS = eventsOf("audit_verify_tenant_events", "= $3");
const INSTALLATION_EVENTS = eventsOf("audit_verify_installation_events", "IS NULL");

type EventRow = {
  id: string;
  at: Date;
  type: string;
  actor_name: string;
  chain: string | null;
  is_waiting: boolean;
};

const GUARDS = {
  name: "audit_verify_guards",
  text: `SELECT g.name FROM unnest($1::text[], $2::text[]) AS g(name, place)
          WHERE NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgname = g.name AND t.tgrelid = g.place::regclass AND t.tgenabled <> 'D')`,
};
const GUARDED = [
  ["audit_events_unchanged", "audit_events"],
  ["audit_links_unchanged", "audit_links"],
  ["audit_events_await_seal", "audit_events"],
] as const;

/** What keeps the tables from being changed, and is not there or switched off. */
async function missingGuards(db: Sql): Promise<string[]> {
  const columns = [GUARDED.map(([name]) => name), GUARDED.map(([, place]) => place)];
  return (await db.query<{ name: string }>(GUARDS, columns)).map(({ name }) => name);
}

async function walkLinks(db: Sql, walk: Walk): Promise<void> {
  const keys = await recordKeys(db);
  for (let after = "-9223372036854775808"; ; ) {
    const rows = await db.query<LinkRow>(LINKS, [walk.chain, after]);
    for (const row of rows) step(walk, row, keys);
    const last = rows.at(-1);
    if (!last || rows.length < LINKS_AT_ONCE) return;
    after = last.sequence;
  }
}

async function walkEvents(db: Sql, walk: Walk): Promise<void> {
  const isTenant = walk.chain !== INSTALLATION_CHAIN;
  for (let after: readonly [Date | string, string] = ["-infinity", INSTALLATION_CHAIN]; ; ) {
    const rows = await (isTenant
      ? db.query<EventRow>(TENANT_EVENTS, [...after, walk.chain])
      : db.query<EventRow>(INSTALLATION_EVENTS, after));
    for (const { id, at, type, actor_name: actorName, chain, is_waiting: isWaiting } of rows) {
      if (isWaiting && chain === null) walk.waiting += 1;
      else if (chain !== walk.chain) find(walk, "event outside the chain", null, id, { at, type, actorName });
    }
    const last = rows.at(-1);
    if (!last || rows.length < EVENTS_AT_ONCE) return;
    after = [last.at, last.id];
  }
}

/**
 * Walks one chain from its beginning: every link must follow from the one before, every event must be as it was written, and
 * every event must have its link. Reads a thousand rows at a time, so that a million need no more memory than ten thousand. What is
 * written meanwhile does not disturb it.
 * @param heads digests (hex) of links that the chain should contain, from earlier reports
 */
export async function verifyChain(
  ctx: Ctx<Actor, Sql>,
  { chain, heads = [] }: { readonly chain: string; readonly heads?: readonly string[] },
): Promise<ChainReport> {
  const walk: Walk = {
    chain,
    wanted: new Set(heads),
    chained: 0,
    waiting: 0,
    previous: [null],
    sequence: 0n,
    head: null,
    hasMetSigned: false,
    findingCount: 0,
    findings: [],
    containedHeads: [],
  };
  await walkLinks(ctx.db, walk);
  await walkEvents(ctx.db, walk);
  const { chained, waiting, head, findingCount, findings, containedHeads } = walk;
  const guards = await missingGuards(ctx.db);
  return { chain, chained, waiting, head, findingCount, findings, containedHeads, missingGuards: guards };
}

const CHAINS = {
  name: "audit_verify_chains",
  text: `SELECT c.chain, t.slug
           FROM (SELECT id AS chain FROM tenants
                 UNION SELECT DISTINCT tenant_id FROM audit_events WHERE tenant_id IS NOT NULL
                 UNION SELECT DISTINCT chain FROM audit_links
                 UNION SELECT $1::uuid) c
           LEFT JOIN tenants t ON t.id = c.chain
          ORDER BY t.slug NULLS FIRST, c.chain`,
};

/** @returns every chain that there is or should be, with the tenant's slug; null for the installation's and for one whose tenant is gone */
export async function listChains(ctx: Ctx<Actor, Sql>): Promise<{ chain: string; slug: string | null }[]> {
  return ctx.db.query(CHAINS, [INSTALLATION_CHAIN]);
}
