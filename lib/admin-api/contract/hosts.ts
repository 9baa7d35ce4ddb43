import { z } from "zod";
import { operation } from "@/lib/admin-api/operation";
import { cutPreviewSchema, cutSchema, instant, pageOf, pageQuery } from "@/lib/admin-api/shapes";
import { credentialIdSchema } from "@/lib/credentials/schema";
import { END_CODES, robotCursorSchema, SESSION_STATES, sessionIdSchema } from "@/lib/sessions/schema";

export const listHosts = operation({
  id: "listHosts",
  method: "GET",
  path: "/hosts",
  tag: "Hosts",
  summary: "List hosts: the connected ones first, then those that were, newest first",
  may: "read",
  query: pageQuery.extend({
    cursor: robotCursorSchema.optional().meta({ description: "The page's place: `next` of the page before" }),
    state: z.enum(SESSION_STATES).optional(),
    host: z.string().trim().min(1).max(255).optional().meta({ description: "The name of one host" }),
  }),
  answer: pageOf(
    z.object({
      sessionId: z.uuid(),
      machineId: z.uuid(),
      machineName: z.string(),
      credentialId: credentialIdSchema,
      hostName: z.string(),
      state: z.enum(SESSION_STATES),
      heartbeatAt: instant,
      address: z.string(),
      robotVersion: z.string().nullable(),
      platform: z.string().nullable(),
      startedAt: instant,
      endedAt: instant.nullable(),
      endCode: z.enum(END_CODES).nullable(),
      endedBy: z.string().nullable(),
      runningJobs: z.array(z.object({ jobId: z.uuid(), processName: z.string() })),
    }),
  ),
});

export const disconnectHost = operation({
  id: "disconnectHost",
  method: "POST",
  path: "/hosts/{sessionId}/disconnect",
  tag: "Hosts",
  summary: "Disconnect a host and stop its jobs",
  may: "hosts.disconnect",
  params: sessionIdSchema,
  answer: cutSchema,
  preview: cutPreviewSchema,
});

export const removeDead = operation({
  id: "removeDead",
  method: "POST",
  path: "/hosts/remove-dead",
  tag: "Hosts",
  summary: "Take disconnected and silent hosts off the list",
  may: "hosts.disconnect",
  answer: z.object({ removed: z.number().int() }),
});
