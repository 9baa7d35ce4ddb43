import { listTokenRequests } from "@/lib/activity/queries";
import {
  type ActivityListQuery,
  type ActivityPage,
  REQUESTS_A_PAGE,
  type TokenRequestRow,
} from "@/lib/activity/schema";
import { listUnseen } from "@/lib/api-clients/queries";
import type { Ctx } from "@/lib/ctx";
import { nameMachines } from "@/lib/machines/queries";
import { listRehearsalTimes } from "@/lib/rehearsals/queries";
import { isRehearsed } from "@/lib/rehearsals/rules";

const cursorOf = ({ at, id }: TokenRequestRow) => `${at.toISOString()}~${id}`;

function beyond(cursor: string) {
  const [at = "", id = ""] = cursor.split("~");
  return { at: new Date(at), id };
}

/** What was granted to a credential while its deletion was rehearsed is marked: it would have been refused. */
async function marked(ctx: Ctx, rows: readonly TokenRequestRow[]): Promise<ActivityPage["rows"]> {
  const granted = rows.filter(({ outcome, credentialId }) => outcome === "Granted" && credentialId !== null);
  const credentialIds = [...new Set(granted.map(({ credentialId }) => credentialId ?? ""))];
  const since = new Date(Math.min(...granted.map(({ at }) => at.getTime())));
  const times = granted.length === 0 ? [] : await listRehearsalTimes(ctx, { credentialIds, since });
  return rows.map((row) => ({
    ...row,
    isRehearsed:
      row.outcome === "Granted" &&
      times.some((time) => time.credentialId === row.credentialId && isRehearsed(row.at, time)),
  }));
}

/**
 * One page of what was asked of the token endpoint, the newest first, with what the machines are called now. What API clients asked is left
 * out for whoever may not manage these.
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
    without: await listUnseen(ctx),
  });
  const rows = found.slice(0, pageSize);
  if (newer) rows.reverse();
  const [first, last] = [rows[0], rows.at(-1)];
  const hasMore = found.length > pageSize;
  const hasOlder = newer ? true : hasMore;
  const hasNewer = newer ? hasMore : older !== undefined;
  return {
    rows: await marked(ctx, rows),
    machines: await nameMachines(ctx, [...new Set(rows.map(({ machineId }) => machineId))]),
    older: last && hasOlder ? cursorOf(last) : null,
    newer: first && hasNewer ? cursorOf(first) : null,
  };
}
