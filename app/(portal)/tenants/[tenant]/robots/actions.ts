"use server";

import { z } from "zod";
import { adminAction } from "@/lib/http/portal/actions";
import { removeDeadSessions } from "@/lib/sessions/commands/remove-dead";
import { sessionIdSchema } from "@/lib/sessions/schema";
import { disconnectHost } from "@/lib/workflows/disconnect-host";

export const disconnectHostAction = adminAction(sessionIdSchema, disconnectHost);
export const removeDeadAction = adminAction(z.object({}), removeDeadSessions);
