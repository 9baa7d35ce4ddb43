import { z } from "zod";
import {
  ACTIVITY_PERIODS,
  activityCursor,
  activityFilterSchema,
  TOKEN_OUTCOMES,
} from "@/lib/activity/schema";
import { operation } from "@/lib/admin-api/operation";
import { instant, pageOf, pageQuery } from "@/lib/admin-api/shapes";
import { CREDENTIAL_KINDS, credentialIdSchema } from "@/lib/credentials/schema";
import { machineIdSchema } from "@/lib/machines/schema";
import { COUNTED_MAX } from "@/lib/pages";

const COUNTED = `Counted to ${COUNTED_MAX}; one more stands for any number beyond`;
const count = z.number().int();
const counted = count.meta({ description: COUNTED });

const idle = z.object({
  secrets: counted,
  machines: count.nullable().meta({ description: "Null where the secrets were not all counted" }),
});

const listOf = <I extends z.ZodType>(first: I) => z.object({ count: counted, first: z.array(first) });
const machineInNeed = z.object({ machineId: z.uuid(), machineName: z.string() });
const credentialInNeed = machineInNeed.extend({
  credentialId: credentialIdSchema,
  credentialName: z.string(),
  credentialKind: z.enum(CREDENTIAL_KINDS),
  at: instant.meta({ description: "When it ends, or its rehearsal" }),
});

const { outcome, machine, period } = activityFilterSchema.shape;
const ofOneMachine = machine.meta({ description: "Only those of the machine with this id" });

export const getOverview = operation({
  id: "getOverview",
  method: "GET",
  path: "/overview",
  tag: "Overview",
  summary: "Show the figures of the tenant, and what somebody should look at now",
  may: "read",
  answer: z.object({
    figures: z.object({
      machines: counted,
      hosts: z.object({ Available: count, Busy: count, Unresponsive: count, Disconnected: counted }),
      jobs: z.object({ running: count, pending: count }),
      neverUsed: idle,
      unused: idle,
      machinesWithOneSecret: counted,
    }),
    attention: z.object({
      ended: listOf(credentialInNeed),
      ending: listOf(credentialInNeed),
      withoutCredential: listOf(machineInNeed),
      rehearsed: listOf(credentialInNeed).meta({ description: "Used although their deletion is rehearsed" }),
      rotations: listOf(credentialInNeed).meta({ description: "That end soon, with hosts still on them" }),
      webhooksOff: count.meta({ description: "Webhooks that Latchkey switched off" }),
    }),
  }),
});

export const listActivity = operation({
  id: "listActivity",
  method: "GET",
  path: "/activity",
  tag: "Overview",
  summary: "List what was asked of the token endpoint, the newest first",
  description: "Requests of API clients are shown to whoever manages API clients.",
  may: "read",
  query: pageQuery.extend({
    cursor: activityCursor.optional().meta({ description: "The page's place: `next` of the page before" }),
    outcome,
    machine: ofOneMachine,
    period: period.meta({ description: "How far back; all that is kept where it is not said" }),
  }),
  answer: pageOf(
    z.object({
      id: z.string().meta({ description: "Digits" }),
      at: instant,
      machineId: z.uuid(),
      credentialId: z.string().nullable(),
      outcome: z.enum(TOKEN_OUTCOMES),
      code: z.string().nullable(),
      reason: z.string().nullable().meta({ description: "Why it was refused, in one word" }),
      address: z.string().nullable(),
      userAgent: z.string().nullable(),
      isFolded: z.boolean().meta({ description: "Many of one minute, in one row" }),
      lastAt: instant,
      count,
      isRehearsed: z
        .boolean()
        .meta({ description: "The deletion that is rehearsed would have had it refused" }),
    }),
  ),
});

export const getActivityChart = operation({
  id: "getActivityChart",
  method: "GET",
  path: "/activity/chart",
  tag: "Overview",
  summary: "Show how many token requests were granted and refused over a period",
  may: "read",
  query: z.object({ period: z.enum(ACTIVITY_PERIODS).default("24h"), machine: ofOneMachine }),
  answer: z.object({
    items: z.array(z.object({ from: instant, to: instant, granted: count, refused: count })),
  }),
});

export const listCredentialActivity = operation({
  id: "listCredentialActivity",
  method: "GET",
  path: "/machines/{machineId}/activity",
  tag: "Credentials",
  summary: "List how a machine's client secrets and keys are used",
  description: "Of those that are over, only what was used.",
  may: "read",
  params: machineIdSchema,
  answer: z.object({
    items: z.array(
      z.object({
        credentialId: credentialIdSchema,
        kind: z.enum(CREDENTIAL_KINDS),
        label: z.string().meta({ description: "Its name, or its hint" }),
        use: z
          .object({
            firstAt: instant,
            lastAt: instant,
            count,
            addresses: z.array(z.string()).meta({ description: "The ones used last" }),
            addressCount: count,
          })
          .nullable()
          .meta({ description: "Null: it never bought a token since that is recorded" }),
        hosts: z.array(z.string()).meta({ description: "The latest of the hosts that connected with it" }),
        hostCount: count,
      }),
    ),
  }),
});

export const listUses = operation({
  id: "listUses",
  method: "GET",
  path: "/machines/{machineId}/credentials/{credentialId}/uses",
  tag: "Credentials",
  summary: "List from where a client secret or key bought tokens in the last 30 days, the latest first",
  may: "read",
  params: machineIdSchema.extend({ credentialId: credentialIdSchema }),
  answer: z.object({ items: z.array(z.object({ address: z.string(), count, lastAt: instant })) }),
});
