import { z } from "zod";
import { jsonSchemaOf } from "@/lib/admin-api/json-schema";
import { operation } from "@/lib/admin-api/operation";
import { cutSchema, instant, issuedSecret, manyPreviewSchema } from "@/lib/admin-api/shapes";
import { credentialIdSchema, issueSecretSchema } from "@/lib/credentials/schema";
import {
  chosenMachinesSchema,
  provisionMachineSchema,
  provisionMachinesSchema,
  recipientSchema,
} from "@/lib/machines/schema";
import { rotateCredentialSchema } from "@/lib/rotations/schema";

const problem = z
  .object({
    code: z.enum(["invalid", "not_found", "conflict", "limit_reached", "gone"]),
    field: z.string().nullable().meta({ description: "The member that is wrong, where there is one" }),
    detail: z.string().meta({ description: "For people; it may change" }),
  })
  .nullable()
  .meta({ description: "Why it is not done" });

const line = z.object({
  index: z.number().int().meta({ description: "Its place in the request, from 0" }),
  name: z.string(),
  problem,
});

/** Shown once, or null where it is in the encrypted file. */
const clientSecret = issuedSecret.shape.clientSecret.nullable();

const encrypted = z
  .string()
  .nullable()
  .meta({ description: "An armored age file, where a `recipient` was named" });

/** A thousand rows of the longest names, descriptions and tags, each character of them three bytes. */
const ROWS_MAX_BYTES = 8 * 1024 * 1024;

// Read row by row: a wrong one is no reason to refuse the others. The document says what each should be.
const row = z.unknown().meta({ ...jsonSchemaOf(z.strictObject(provisionMachineSchema.shape)) });

export const provisionMachines = operation({
  id: "provisionMachines",
  method: "POST",
  path: "/machines/provision",
  tag: "Machines",
  summary: "Provision up to 1,000 machines, each with its first client secret",
  description: `All of them or none, unless \`mode\` is \`each\`: then those that can be, and the others have their \`problem\`. Where all are wanted
and one is wrong, the answer is 422 and \`errors\` names every wrong one, such as \`machines.3.name\`.

With a \`recipient\` (https://age-encryption.org) no secret is in the answer itself: \`encrypted\` is an armored age file, and in it a JSON array
with the \`provisioned\` of each row, \`clientSecret\` included. \`age --decrypt -i key.txt\` reads it.`,
  may: "machines.provision",
  body: provisionMachinesSchema.extend({
    machines: z.array(row).min(1).max(1000),
  }),
  maxBodyBytes: ROWS_MAX_BYTES,
  answer: z.object({
    results: z.array(
      line.extend({ provisioned: issuedSecret.extend({ machineId: z.uuid(), clientSecret }).nullable() }),
    ),
    encrypted,
  }),
  preview: z.object({ results: z.array(line) }),
  secrets: ["clientSecret", "encrypted"],
});

const CHOSEN = `The machines are named by \`machineIds\`, or are all that match \`filter\` at that moment, 10,000 at the most. \`?dryRun=true\` answers what it
would cut, with a \`token\`. Sent as \`preview\` with the request itself, nothing is done if more would be affected by then: 409 with \`cut_grew\`. A
preview is kept for an hour.`;

export const deleteMachines = operation({
  id: "deleteMachines",
  method: "POST",
  path: "/machines/delete",
  tag: "Machines",
  summary: "Delete machines with their credentials and disconnect their hosts, all or none",
  description: CHOSEN,
  may: "machines.delete",
  isSensitive: true,
  body: chosenMachinesSchema,
  answer: cutSchema.extend({ deleted: z.number().int() }),
  preview: manyPreviewSchema,
});

export const disableMachines = operation({
  id: "disableMachines",
  method: "POST",
  path: "/machines/disable",
  tag: "Machines",
  summary: "Disable machines and disconnect their hosts, all or none",
  description: `${CHOSEN} \`machines\` counts those that were enabled before.`,
  may: "machines.disable",
  body: chosenMachinesSchema,
  answer: cutSchema.extend({ machines: z.number().int() }),
  preview: manyPreviewSchema,
});

export const enableMachines = operation({
  id: "enableMachines",
  method: "POST",
  path: "/machines/enable",
  tag: "Machines",
  summary: "Enable machines, all or none",
  description: `${CHOSEN} \`machines\` counts those that were disabled before.`,
  may: "machines.disable",
  body: chosenMachinesSchema,
  answer: z.object({ machines: z.number().int() }),
  preview: manyPreviewSchema,
});

/** Shown once, or in the encrypted file. */
const secret = issuedSecret.extend({ machineId: z.uuid(), clientSecret }).nullable();
const expiresAt = instant.nullable().default(null);
const ofMachine = z.object({ machineId: z.uuid(), name: z.string(), problem, secret });

const FILE = `With a \`recipient\` the secrets are in \`encrypted\` alone: an armored age file with a JSON array of what stands as \`secret\` in the rows,
\`clientSecret\` included.`;

export const addSecrets = operation({
  id: "addSecrets",
  method: "POST",
  path: "/machines/secrets",
  tag: "Credentials",
  summary: "Add a client secret to each of many machines",
  description: `${CHOSEN}\n\nEach machine is done by itself: one that has no room has its \`problem\`. ${FILE}`,
  may: "secrets.issue",
  body: chosenMachinesSchema.extend({
    ...issueSecretSchema.omit({ machineId: true }).shape,
    expiresAt,
    recipient: recipientSchema,
  }),
  answer: z.object({ results: z.array(ofMachine), encrypted }),
  preview: manyPreviewSchema,
  secrets: ["clientSecret", "encrypted"],
});

export const rotateMachines = operation({
  id: "rotateMachines",
  method: "POST",
  path: "/machines/rotate",
  tag: "Rotations",
  summary: "Let every live client secret of many machines give way to a new one",
  description: `${CHOSEN}\n\nA row for each secret; one that cannot be rotated has its \`problem\`, and the others are. What \`retirement\`, \`handsOver\` and
\`isShown\` say is as for one. Keys are not rotated: \`keysLeft\` counts the live ones and names their machines. With \`now\` hosts on the old secrets
are cut; otherwise the preview shows who has to move. ${FILE} There it also says which it \`replaces\`.`,
  may: "credentials.rotate",
  body: chosenMachinesSchema.extend({
    ...rotateCredentialSchema.omit({ machineId: true, credentialId: true, publicKey: true }).shape,
    endsAt: expiresAt,
    expiresAt,
    recipient: recipientSchema,
  }),
  answer: z.object({
    results: z.array(
      ofMachine.extend({
        credentialId: credentialIdSchema.nullable().meta({ description: "The one that gives way" }),
        rotation: z
          .object({ rotationId: z.uuid(), successorId: credentialIdSchema, endsAt: instant })
          .nullable(),
      }),
    ),
    keysLeft: z.object({
      count: z.number().int(),
      machines: z.array(z.string()).meta({ description: "The first 100, by name" }),
    }),
    encrypted,
  }),
  preview: manyPreviewSchema,
  secrets: ["clientSecret", "encrypted"],
});
