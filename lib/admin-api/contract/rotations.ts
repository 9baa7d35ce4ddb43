import { z } from "zod";
import { operation } from "@/lib/admin-api/operation";
import { cutSchema, instant, issuedSecret } from "@/lib/admin-api/shapes";
import { credentialIdSchema } from "@/lib/credentials/schema";
import { machineIdSchema } from "@/lib/machines/schema";
import { cancelRotationSchema, endRotationSchema, rotateCredentialSchema } from "@/lib/rotations/schema";

export const rotateCredential = operation({
  id: "rotateCredential",
  method: "POST",
  path: "/machines/{machineId}/credentials/{credentialId}/rotate",
  tag: "Rotations",
  summary: "Let a client secret or key give way to a new one",
  description:
    "The old one ends as `retirement` says: when every host has `moved`, after an `hour`, a `day` or a `week`, `at` an instant, or `now`. With `handsOver` robots that are connected fetch the new one themselves; with `isShown` false nobody else sees it.",
  may: "credentials.rotate",
  params: machineIdSchema.extend({ credentialId: credentialIdSchema }),
  body: rotateCredentialSchema.omit({ machineId: true, credentialId: true }).extend({
    endsAt: instant.nullable().default(null),
    expiresAt: instant.nullable().default(null),
  }),
  answer: z.object({
    rotationId: z.uuid(),
    successorId: credentialIdSchema.nullable(),
    endsAt: instant,
    secret: issuedSecret.nullable(),
    key: z.object({ machineName: z.string(), clientId: z.uuid(), keyId: credentialIdSchema }).nullable(),
  }),
  status: 201,
  secrets: ["clientSecret"],
});

export const listRotations = operation({
  id: "listRotations",
  method: "GET",
  path: "/machines/{machineId}/rotations",
  tag: "Rotations",
  summary: "List a machine's open rotations, with the hosts that have moved and those that have not",
  may: "read",
  params: machineIdSchema,
  answer: z.object({
    items: z.array(
      z.object({
        id: z.uuid(),
        fromCredentialId: credentialIdSchema,
        toCredentialId: credentialIdSchema.nullable(),
        keyIds: z.array(credentialIdSchema),
        startedAt: instant,
        startedBy: z.string().nullable(),
        retiresWhenMoved: z.boolean(),
        seenDays: z.number().int(),
        handsOver: z.boolean(),
        previousEnd: instant.nullable(),
        endsAt: instant.nullable(),
        moved: z.number().int(),
        waiting: z.number().int(),
        waitingHosts: z.array(
          z.object({
            hostName: z.string(),
            address: z.string(),
            seenAt: instant,
            isConnected: z.boolean(),
          }),
        ),
      }),
    ),
  }),
});

export const cancelRotation = operation({
  id: "cancelRotation",
  method: "POST",
  path: "/machines/{machineId}/rotations/{rotationId}/cancel",
  tag: "Rotations",
  summary: "Cancel a rotation: the old one lives on",
  may: "credentials.rotate",
  params: endRotationSchema,
  body: cancelRotationSchema.omit({ machineId: true, rotationId: true }),
  answer: cutSchema,
});

export const endRotation = operation({
  id: "endRotation",
  method: "POST",
  path: "/machines/{machineId}/rotations/{rotationId}/end",
  tag: "Rotations",
  summary: "End the old one of a rotation now, whoever has not moved",
  may: "credentials.rotate",
  params: endRotationSchema,
});
