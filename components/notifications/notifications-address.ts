import type { NotificationListQuery } from "@/lib/notifications/schema";

/** @returns the address of the list's page with this filter and cursor */
export function notificationsAddress(path: string, query: NotificationListQuery): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) params.set(name, value);
  return params.size === 0 ? path : `${path}?${params}`;
}
