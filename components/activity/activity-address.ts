import type { ActivityListQuery } from "@/lib/activity/schema";

const FILTERS = ["outcome", "machine", "period"] as const;

/** @returns the list's address with these filters, at its first page unless a cursor is given */
export function activityAddress(
  path: string,
  filters: Partial<Pick<ActivityListQuery, (typeof FILTERS)[number]>>,
  cursor: Readonly<Record<string, string>> = {},
): string {
  const params = new URLSearchParams();
  for (const name of FILTERS) if (filters[name] !== undefined) params.set(name, filters[name]);
  for (const [name, value] of Object.entries(cursor)) params.set(name, value);
  return params.size === 0 ? path : `${path}?${params}`;
}

export const isFiltered = ({ outcome, machine, period }: ActivityListQuery): boolean =>
  (outcome ?? machine ?? period) !== undefined;
