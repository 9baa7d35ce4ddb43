import { type MachineListQuery, type MachineSort, machineListSchema } from "@/lib/machines/schema";

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
