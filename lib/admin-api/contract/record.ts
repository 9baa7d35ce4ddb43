import { z } from "zod";
import { operation } from "@/lib/admin-api/operation";
import { instant, pageOf, pageQuery } from "@/lib/admin-api/shapes";
import { recordCursor, recordFilterSchema } from "@/lib/audit/schema";

const { person, machine, credential, kind, from, to } = recordFilterSchema.shape;

const finding = z.object({
  kind: z.string(),
  sequence: z.string().nullable(),
  eventId: z.string().nullable(),
  event: z.object({ at: instant, type: z.string(), actorName: z.string() }).nullable(),
  subjectId: z.string().optional().meta({ description: "The secret, key or signing key that it is about" }),
});

export const listRecord = operation({
  id: "listRecord",
  method: "GET",
  path: "/record",
  tag: "Record",
  summary: "List what happened in the tenant, the newest first",
  description: "Page by page it is the whole record: nothing is ever taken out of it.",
  may: "read",
  query: pageQuery.extend({
    cursor: recordCursor.optional().meta({ description: "The page's place: `next` of the page before" }),
    person: person.meta({ description: "The id of the person or API client that did it" }),
    machine: machine.meta({ description: "A machine's id, or what it is or was called" }),
    credential: credential.meta({ description: "The id of a client secret or key" }),
    kind: kind.meta({
      description: "A type such as `machine.deleted`, or its first half for all of that kind",
    }),
    from,
    to,
  }),
  answer: pageOf(
    z.object({
      id: z.uuid(),
      at: instant,
      type: z.string(),
      actorKind: z.string(),
      actorId: z.string().nullable(),
      actorName: z.string(),
      address: z.string().nullable(),
      machineId: z.string().nullable(),
      credentialId: z.string().nullable(),
      details: z
        .record(z.string(), z.unknown())
        .meta({ description: "As they were written; never a secret" }),
      isShared: z.boolean().meta({ description: "Of the installation, whose chain is another one" }),
      sequence: z.string().nullable().meta({
        description: "Digits: its place in the chain; null for the second or two until it is sealed",
      }),
    }),
  ),
});

export const verifyRecord = operation({
  id: "verifyRecord",
  method: "POST",
  path: "/record/verify",
  tag: "Record",
  summary: "Walk the tenant's chain from its beginning: is every event as it was written?",
  description: "It takes seconds for a million events. Who asks meanwhile gets the answer of the same walk.",
  may: "read",
  answer: z.object({
    isIntact: z.boolean(),
    isInstallationIntact: z
      .boolean()
      .meta({ description: "The same of the installation's own chain, from which some events are shown" }),
    chained: z.number().int(),
    waiting: z.number().int().meta({ description: "Written, and to be sealed within a second or two" }),
    head: z
      .object({ sequence: z.string(), digest: z.string() })
      .nullable()
      .meta({ description: "The end of the chain, which stands for all of it" }),
    findingCount: z.number().int(),
    findings: z.array(finding).meta({ description: "The first hundred" }),
    missingGuards: z
      .array(z.string())
      .meta({ description: "What should keep the tables from being changed and does not" }),
  }),
});
