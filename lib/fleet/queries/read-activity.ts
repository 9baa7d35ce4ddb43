import { listTokenRequests } from "@/lib/activity/queries";
import {
  type ActivityListQuery,
  type ActivityPage,
  REQUESTS_A_PAGE,
  type TokenRequestRow,
} from "@/lib/activity/schema";
import type { Ctx } from "@/lib/ctx";
import { nameMachines } from "@/lib/machines/queries";

const cursorOf = ({ at, id }: TokenRequestRow) => `${at.toISOString()}~${id}`;

function beyond(cursor: string) {
  const [at = "", id = ""] = cursor.split("~");
  return { at: new Date(at), id };
}

/**
 * One page of what was asked of the token endpoint, the newest first, with what the machines are called now.
 * @param pageSize how many rows it has
 */
export async function readActivity(
  ctx: Ctx,
  query: ActivityListQuery,
  pageSize = REQUESTS_A_PAGE,
): Promise<ActivityPage> {
  const { older, newer } = query;
  const cursor = newer ?? older;
  const found = await listTokenRequests(ctx, query, {
    order: newer ? "oldest first" : "newest first",
    beyond: cursor === undefined ? undefined : beyond(cursor),
    limit: pageSize + 1,
  });
  const rows = found.slice(0, pageSize);
  if (newer) rows.reverse();
  const [first, last] = [rows[0], rows.at(-1)];
  const hasMore = found.length > pageSize;
  const hasOlder = newer ? true : hasMore;
  const hasNewer = newer ? hasMore : older !== undefined;
  return {
    rows,
    machines: await nameMachines(ctx, [...new Set(rows.map(({ machineId }) => machineId))]),
    older: last && hasOlder ? cursorOf(last) : null,
    newer: first && hasNewer ? cursorOf(first) : null,
  };
}
