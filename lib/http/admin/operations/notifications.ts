import * as contract from "@/lib/admin-api/contract/notifications";
import { deedOf, questionOf } from "@/lib/http/admin/implement";
import { editNotifications } from "@/lib/notifications/commands/edit-settings";
import { getKindsOff, listNotifications } from "@/lib/notifications/queries";

/** What API clients do with what the tenant is told; the deeds and questions of the portal's pages. */
export const NOTIFICATION_OPERATIONS = [
  questionOf(contract.listNotifications, async (ctx, { limit, cursor, kind }) => {
    const { rows, older } = await listNotifications(ctx, { kind, older: cursor }, limit);
    return { items: rows, next: older };
  }),
  questionOf(contract.getNotificationSettings, async (ctx) => ({ off: await getKindsOff(ctx) })),
  deedOf(contract.saveNotifications, editNotifications),
];
