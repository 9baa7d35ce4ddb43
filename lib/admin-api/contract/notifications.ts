import { z } from "zod";
import { operation } from "@/lib/admin-api/operation";
import { instant, pageOf, pageQuery } from "@/lib/admin-api/shapes";
import { editNotificationsSchema, NOTICE_KINDS, notificationCursor } from "@/lib/notifications/schema";

const kind = z.enum(NOTICE_KINDS);

export const listNotifications = operation({
  id: "listNotifications",
  method: "GET",
  path: "/notifications",
  tag: "Notifications",
  summary: "List what the tenant was told, the newest first",
  may: "read",
  query: pageQuery.extend({
    cursor: notificationCursor
      .optional()
      .meta({ description: "The page's place: `next` of the page before" }),
    kind: kind.optional(),
  }),
  answer: pageOf(
    z.object({
      id: z.uuid(),
      tenantId: z.uuid().nullable().meta({ description: "Null: of the installation" }),
      at: instant,
      notice: z
        .looseObject({ kind })
        .meta({ description: "What happened, as webhooks get it; its members depend on the kind" }),
    }),
  ),
});

export const getNotificationSettings = operation({
  id: "getNotificationSettings",
  method: "GET",
  path: "/settings/notifications",
  tag: "Notifications",
  summary: "Show what the tenant is not told",
  may: "read",
  answer: z.object({ off: z.array(kind) }),
});

export const saveNotifications = operation({
  id: "saveNotifications",
  method: "PUT",
  path: "/settings/notifications",
  tag: "Notifications",
  summary: "Save what the tenant is not told, from now on and nowhere",
  description: "`seen` is what was read: where it holds no longer, nothing is saved.",
  may: "tenant.settings",
  body: editNotificationsSchema,
});
