import { z } from "zod";
import { jsonSchemaOf } from "@/lib/admin-api/json-schema";
import { operation } from "@/lib/admin-api/operation";
import { issuedSecret } from "@/lib/admin-api/shapes";
import { provisionMachineSchema, provisionMachinesSchema } from "@/lib/machines/schema";

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
