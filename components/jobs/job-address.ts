import type { JobListQuery } from "@/lib/jobs/schema";

/** @returns the list's address with a change; whatever is changed, the list starts at its first page again */
export function jobListAddress(path: string, query: JobListQuery, change: Partial<JobListQuery>): string {
  const next = { ...query, page: 1, ...change };
  const params = new URLSearchParams();
  for (const name of ["state", "process", "machine"] as const) {
    if (next[name]) params.set(name, next[name]);
  }
  if (next.page > 1) params.set("page", String(next.page));
  return params.size === 0 ? path : `${path}?${params}`;
}

export const isFiltered = ({ state, process, machine }: JobListQuery): boolean =>
  (state ?? process ?? machine) !== undefined;
