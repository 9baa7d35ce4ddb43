import { z } from "zod";
import { Prisma } from "@/lib/generated/prisma/client";
import { MACHINE_KINDS, type MachineListQuery, type MachineSort } from "@/lib/machines/schema";
import type { Part } from "@/lib/pages";
import { isStorable } from "@/lib/text";

const wholeNumber = z.int().min(0).max(1_000_000_000);
const instant = z.iso.datetime({ offset: true }).refine((text) => text > "1");
const text = z.string().refine(isStorable);

type Order = {
  /** What machines are sorted by, its type, and what else it takes to know it; each machine `m` of `matching` has one. */
  readonly by: Prisma.Sql;
  readonly type: Prisma.Sql;
  readonly from: Prisma.Sql | ((direction: Prisma.Sql) => Prisma.Sql);
  /** The id by which equal ones are sorted, where the index has it. */
  readonly id: Prisma.Sql;
  readonly key: z.ZodType<string | number>;
  /** Which machines have nothing to be sorted by: they are neither looked up nor sorted, and stand before the others. */
  readonly without?: Prisma.Sql;
};

const FROM_MACHINES = { from: Prisma.sql`matching m`, id: Prisma.sql`m.id` };

/** Whole fragments, never text from the address. Each is the order of an index, or of the open sessions. */
const ORDERS: Readonly<Record<MachineSort, Order>> = {
  name: { ...FROM_MACHINES, by: Prisma.sql`m.name_key`, type: Prisma.sql`text`, key: text },
  type: {
    ...FROM_MACHINES,
    by: Prisma.sql`m.kind`,
    type: Prisma.sql`"MachineKind"`,
    key: z.enum(MACHINE_KINDS),
  },
  description: { ...FROM_MACHINES, by: Prisma.sql`lower(m.description)`, type: Prisma.sql`text`, key: text },
  secrets: {
    ...FROM_MACHINES,
    by: Prisma.sql`(m.live_secrets + m.live_keys)`,
    type: Prisma.sql`int`,
    key: wholeNumber,
  },
  created: {
    ...FROM_MACHINES,
    by: Prisma.sql`m.created_at`,
    type: Prisma.sql`timestamptz`,
    key: instant,
  },
  lastUsed: {
    by: Prisma.sql`u.last_used_at`,
    type: Prisma.sql`timestamptz`,
    from: Prisma.sql`matching m JOIN machine_uses u ON u.tenant_id = m.tenant_id AND u.machine_id = m.id`,
    id: Prisma.sql`u.machine_id`,
    key: instant,
    without: Prisma.sql`NOT m.is_used`,
  },
  hosts: {
    by: Prisma.sql`o.hosts`,
    type: Prisma.sql`int`,
    // Sorted before the machines are looked up, which then are no more than stand on the page.
    from: (direction) => Prisma.sql`
      (SELECT hosts, machine_id FROM connected ORDER BY hosts ${direction}, machine_id ${direction}) o
        JOIN matching m ON m.id = o.machine_id`,
    id: Prisma.sql`o.machine_id`,
    key: wholeNumber,
    without: Prisma.sql`m.id NOT IN (SELECT machine_id FROM connected)`,
  },
};

/** Where in an order a machine stands: what it is sorted by, null for nothing, and its id. */
export type Cursor = { readonly key: string | number | null; readonly id: string };

/** @returns the cursor as it stands in an address */
export const cursorText = ({ key, id }: Cursor): string =>
  Buffer.from(JSON.stringify([key, id])).toString("base64url");

/** @returns the cursor, or undefined when it is none of this order */
export function readCursor(sort: MachineSort, cursor: string | undefined): Cursor | undefined {
  if (cursor === undefined) return undefined;
  try {
    const read: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    const [key, id] = z.tuple([ORDERS[sort].key.nullable(), z.uuid()]).parse(read);
    return { key, id };
  } catch {
    return undefined;
  }
}

const YES = Prisma.sql`true`;
const NO = Prisma.sql`false`;

/** The parts of the list from a cursor on: of the machines with something to be sorted by, and of those with nothing. */
function behind({ by, id, type }: Order, beyond: Cursor | undefined, isAscending: boolean) {
  if (!beyond) return { valued: YES, empty: YES };
  const than = isAscending ? Prisma.sql`>` : Prisma.sql`<`;
  if (beyond.key === null) {
    return { valued: isAscending ? YES : NO, empty: Prisma.sql`m.id ${than} ${beyond.id}::uuid` };
  }
  return {
    valued: Prisma.sql`(${by}, ${id}) ${than} (${String(beyond.key)}::${type}, ${beyond.id}::uuid)`,
    empty: isAscending ? NO : YES,
  };
}

/**
 * @returns a query of `id` and `key` of a part of `matching`, and how its rows are put in order again. It reads no more than it gives and
 *   skips, whatever the number of machines.
 */
export function partOf(
  query: MachineListQuery,
  { beyond, isBackwards, skip, take }: Part<Cursor> & { readonly take: number },
) {
  const order = ORDERS[query.sort];
  const isAscending = (query.direction === "asc") !== isBackwards;
  const direction = isAscending ? Prisma.sql`ASC` : Prisma.sql`DESC`;
  const nothing = isAscending ? Prisma.sql`NULLS FIRST` : Prisma.sql`NULLS LAST`;
  const where = behind(order, beyond, isAscending);
  const from = typeof order.from === "function" ? order.from(direction) : order.from;
  const valued = Prisma.sql`
    (SELECT m.id, ${order.by} AS key FROM ${from} WHERE ${where.valued}
      ORDER BY ${order.by} ${direction}, ${order.id} ${direction} LIMIT ${skip + take})`;
  const empty = Prisma.sql`
    (SELECT m.id, NULL::${order.type} FROM matching m WHERE ${order.without ?? NO} AND ${where.empty}
      ORDER BY m.id ${direction} LIMIT ${skip + take})`;
  const sorted = Prisma.sql`key ${direction} ${nothing}, id ${direction}`;
  const part = Prisma.sql`
    SELECT id, key FROM (${order.without ? Prisma.sql`${valued} UNION ALL ${empty}` : valued}) AS found
     ORDER BY ${sorted} LIMIT ${take} OFFSET ${skip}`;
  return { part, sorted };
}
