import { z } from "zod";
import { CREDENTIAL_KINDS, credentialIdSchema } from "@/lib/credentials/schema";
import { SESSION_STATES } from "@/lib/sessions/schema";
import { isStorable } from "@/lib/text";

/** An instant: RFC 3339 with an offset in JSON, a Date in code. */
export const instant = z
  // PostgreSQL knows no year 0. A second pattern would hide from generators that it is an instant.
  .codec(
    z.iso.datetime({ offset: true }).refine((text) => !/^000[01]/.test(text), "There is no such year."),
    z.date(),
    {
      decode: (text) => new Date(text),
      encode: (date) => date.toISOString(),
    },
  )
  .meta({ description: "RFC 3339, UTC unless it says an offset" });

export const LIMIT_MAX = 200;

/** Which part of a list: so many rows behind a place that the page before it named. */
export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(LIMIT_MAX).default(50).meta({ description: "Rows of a page" }),
  cursor: z
    .string()
    .max(8192)
    .optional()
    .meta({ description: "The page's place: `next` of the page before" }),
});

/** The same of a list that is ordered by name, where a place is a name. */
export const namedPageQuery = pageQuery.extend({
  cursor: z
    .string()
    .max(400)
    .refine(isStorable)
    .optional()
    .meta({ description: "The page's place: `next` of the page before" }),
});

/** Any JSON. */
export const anyJson = z.unknown().meta({ description: "Any JSON" });

/** @returns a page of a list; `next` is null on the last one */
export const pageOf = <I extends z.ZodType>(item: I) =>
  z.object({
    items: z.array(item),
    next: z.string().nullable().meta({ description: "The cursor of the next page; null on the last" }),
  });

/** What a cut would end, or has ended. */
export const cutSchema = z.object({
  disconnectedHosts: z.array(z.string()).meta({ description: "Names of the hosts that were disconnected" }),
  stoppedJobs: z.number().int(),
});

/** What a deed would cut, as its dialog shows it. */
export const cutPreviewSchema = z.object({
  hosts: z.array(
    z.object({
      sessionId: z.uuid(),
      machineId: z.uuid(),
      credentialId: z.string(),
      credentialKind: z.enum(CREDENTIAL_KINDS),
      hostName: z.string(),
      state: z.enum(SESSION_STATES),
      heartbeatAt: instant,
    }),
  ),
  jobs: z.array(
    z.object({
      jobId: z.uuid(),
      sessionId: z.uuid(),
      processName: z.string(),
      hostName: z.string(),
    }),
  ),
});

/** What a deed on many machines would cut: counted, and the first by name. */
export const manyPreviewSchema = z.object({
  token: z.uuid().meta({ description: "For `preview`: the deed refuses to cut more than this" }),
  machines: z.number().int(),
  hosts: z.object({
    count: z.number().int(),
    names: z.array(z.string()).meta({ description: "The first 100" }),
  }),
  jobs: z.object({
    count: z.number().int(),
    first: z
      .array(z.object({ processName: z.string(), hostName: z.string() }))
      .meta({ description: "The first 100" }),
  }),
});

/** What is shown of a machine's secret once, when it is made. */
export const issuedSecret = z.object({
  machineName: z.string(),
  clientId: z.uuid(),
  secretId: credentialIdSchema,
  clientSecret: z.string().meta({ description: "Shown once: nothing can answer it again" }),
  expiresAt: instant.nullable(),
});
