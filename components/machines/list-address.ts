import type { PageLinks } from "@/components/ui/pagination";
import {
  type MachineListQuery,
  type MachinePage,
  type MachineSort,
  machineListSchema,
} from "@/lib/machines/schema";

const DEFAULTS = machineListSchema.parse({});
const START = { page: DEFAULTS.page, fromEnd: undefined, after: undefined, before: undefined };

/** @returns the list's address with a change; whatever is changed, the list starts at its first page again */
export function listAddress(
  path: string,
  query: MachineListQuery,
  change: Partial<MachineListQuery>,
): string {
  const next = { ...query, ...START, ...change };
  const params = new URLSearchParams();
  for (const name of [
    "search",
    "type",
    "state",
    "secrets",
    "sort",
    "direction",
    "page",
    "fromEnd",
    "after",
    "before",
    "pageSize",
  ] as const) {
    const value = next[name];
    if (value !== undefined && value !== DEFAULTS[name]) params.set(name, String(value));
  }
  return params.size === 0 ? path : `${path}?${params}`;
}

/** @returns what a click on a column's header changes: names start at A, figures and dates at the largest */
export function sortChange(query: MachineListQuery, sort: MachineSort): Partial<MachineListQuery> {
  if (query.sort === sort) return { direction: query.direction === "asc" ? "desc" : "asc" };
  const startsAtLargest = ["secrets", "hosts", "lastUsed", "created"].includes(sort);
  return { sort, direction: startsAtLargest ? "desc" : "asc" };
}

/** @returns the addresses of the pages around this one: those beside it begin at its rows, those far away are found by number */
export function pageLinks(path: string, query: MachineListQuery, list: MachinePage): PageLinks {
  const { page, fromEnd, pageCount, rows, before, after } = list;
  const to = (change: Partial<MachineListQuery> | null) => change && listAddress(path, query, change);
  if (page === null || fromEnd !== null) {
    const at = fromEnd ?? 1;
    const next = at === 2 ? { fromEnd: 1 } : { fromEnd: at - 1, after: after ?? undefined };
    return {
      first: to({}),
      previous: to({ fromEnd: at + 1, before: before ?? undefined }),
      next: to(at === 1 ? null : next),
      last: to(at === 1 ? null : { fromEnd: 1 }),
    };
  }
  const isLast = pageCount === null ? rows.length < query.pageSize : page >= pageCount;
  return {
    first: to(page === 1 ? null : {}),
    previous: to(page === 1 ? null : page === 2 ? {} : { page: page - 1, before: before ?? undefined }),
    next: to(isLast ? null : { page: page + 1, after: after ?? undefined }),
    last: to(isLast ? null : pageCount === null ? { fromEnd: 1 } : { page: pageCount }),
  };
}
