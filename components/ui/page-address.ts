/** @returns the address of a page of a list: a path with its filters, if it has any */
export function pageAddress(
  path: string,
  page: number,
  filters: Readonly<Record<string, string | undefined>> = {},
) {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(filters)) if (value !== undefined) params.set(name, value);
  if (page > 1) params.set("page", String(page));
  return params.size === 0 ? path : `${path}?${params}`;
}
