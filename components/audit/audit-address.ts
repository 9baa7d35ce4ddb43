import { type AuditFilters, type AuditListQuery, auditFilterSchema } from "@/lib/audit/schema";

const FILTERS = ["person", "machine", "credential", "kind", "from", "to"] as const;

/** @returns an address with these filters, as the page and the export read them */
export function auditAddress(
  path: string,
  filters: AuditFilters,
  more: Readonly<Record<string, string>> = {},
): string {
  const params = new URLSearchParams();
  for (const name of FILTERS) if (filters[name] !== undefined) params.set(name, filters[name]);
  for (const [name, value] of Object.entries(more)) params.set(name, value);
  return params.size === 0 ? path : `${path}?${params}`;
}

/** @returns what was typed, as far as it makes sense; a client secret that somebody pasted whole is cut to its id here */
export const readFilters = (typed: Readonly<Record<string, string | undefined>>): AuditFilters =>
  auditFilterSchema.parse(Object.fromEntries(Object.entries(typed).filter(([, value]) => value !== "")));

export const isFiltered = (query: AuditListQuery): boolean =>
  FILTERS.some((name) => query[name] !== undefined);
