import { type EventFilters, listEvents } from "@/lib/audit/queries/list-events";
import {
  type AuditFilters,
  type AuditListQuery,
  type AuditPage,
  type AuditRow,
  EVENTS_A_PAGE,
} from "@/lib/audit/schema";
import type { Ctx } from "@/lib/ctx";
import { findMachineIds, nameMachines } from "@/lib/machines/queries";
import { MACHINES_MEANT_MAX } from "@/lib/machines/schema";

const cursorOf = ({ at, id }: AuditRow) => `${at.toISOString()}~${id}`;

function beyond(cursor: string) {
  const [at = "", id = ""] = cursor.split("~");
  return { at: new Date(at), id };
}

/** What is typed for a machine becomes the ids it means, so that a record can be searched for machines that are gone. */
async function meant(ctx: Ctx, { machine, ...filters }: AuditFilters): Promise<EventFilters> {
  return { ...filters, machineIds: machine === undefined ? undefined : await findMachineIds(ctx, machine) };
}

/**
 * One page of the tenant's record, the newest event first, with what the machines of its events are called now.
 * @param pageSize how many events it has
 */
export async function readRecord(
  ctx: Ctx,
  { older, newer, ...filters }: AuditListQuery,
  pageSize = EVENTS_A_PAGE,
): Promise<AuditPage> {
  const cursor = newer ?? older;
  const order = newer ? "oldest first" : "newest first";
  const wanted = await meant(ctx, filters);
  const found = await listEvents(ctx, wanted, {
    order,
    beyond: cursor === undefined ? undefined : beyond(cursor),
    limit: pageSize + 1,
  });
  const rows = found.slice(0, pageSize);
  if (newer) rows.reverse();
  const [first, last] = [rows[0], rows.at(-1)];
  const hasMore = found.length > pageSize;
  const hasOlder = newer ? true : hasMore;
  const hasNewer = newer ? hasMore : older !== undefined;
  const machineIds = new Set(rows.flatMap(({ machineId }) => machineId ?? []));
  return {
    rows,
    isMachineVague: wanted.machineIds?.length === MACHINES_MEANT_MAX,
    machines: await nameMachines(ctx, [...machineIds]),
    older: last && hasOlder ? cursorOf(last) : null,
    newer: first && hasNewer ? cursorOf(first) : null,
  };
}

const EXPORTED_AT_ONCE = 1000;

/**
 * The record from the newest event that the context's time allows to the oldest, a thousand at a time. Not a snapshot: an event whose
 * transaction is still under way is left out or not as it comes. What was committed before is all there, because nothing is ever taken out.
 */
export async function* exportRecord(ctx: Ctx, filters: AuditFilters): AsyncGenerator<AuditRow[]> {
  const wanted = await meant(ctx, filters);
  const end = Math.min(ctx.now.getTime(), wanted.to === undefined ? Infinity : Date.parse(wanted.to));
  const to = new Date(end).toISOString();
  for (let last: AuditRow | undefined; ; ) {
    const rows: AuditRow[] = await listEvents(
      ctx,
      { ...wanted, to },
      { order: "newest first", beyond: last, limit: EXPORTED_AT_ONCE },
    );
    if (rows.length > 0) yield rows;
    if (rows.length < EXPORTED_AT_ONCE) return;
    last = rows.at(-1);
  }
}
