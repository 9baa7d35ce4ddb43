import { type JobListQuery, jobCursorText } from "@/lib/jobs/schema";

type Change = Partial<Omit<JobListQuery, "after" | "before">> & {
  readonly after?: string;
  readonly before?: string;
};

/** @returns the list's address with a change; whatever is changed, the list starts at its first page again */
export function jobListAddress(path: string, query: JobListQuery, change: Change): string {
  const { state, process, machine } = query;
  const { page = 1, ...next } = { state, process, machine, ...change };
  const params = new URLSearchParams();
  for (const name of ["state", "process", "machine", "fromEnd", "after", "before"] as const) {
    if (next[name]) params.set(name, String(next[name]));
  }
  if (page > 1) params.set("page", String(page));
  return params.size === 0 ? path : `${path}?${params}`;
}

/** @returns how addresses of the pages beside one name its rows */
export function jobCursors(rows: readonly { readonly createdAt: Date; readonly id: string }[]) {
  const [first, last] = [rows.at(0), rows.at(-1)];
  return { before: first ? jobCursorText(first) : null, after: last ? jobCursorText(last) : null };
}

export const isFiltered = ({ state, process, machine }: JobListQuery): boolean =>
  (state ?? process ?? machine) !== undefined;
