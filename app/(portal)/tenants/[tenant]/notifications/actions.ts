"use server";

import { adminAction } from "@/lib/http/portal/actions";
import { seenNotificationsSchema } from "@/lib/notifications/schema";
import { noteNotificationsSeen } from "@/lib/users/commands/note-notifications-seen";

export const seeNotificationsAction = adminAction(seenNotificationsSchema, noteNotificationsSeen);
