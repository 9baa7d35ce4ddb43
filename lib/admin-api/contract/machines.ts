import { z } from "zod";
import { operation } from "@/lib/admin-api/operation";
import {
  cutPreviewSchema,
  cutSchema,
  instant,
  issuedSecret,
  pageOf,
  pageQuery,
} from "@/lib/admin-api/shapes";
import { CREDENTIAL_KINDS, credentialIdSchema } from "@/lib/credentials/schema";
import {
  editMachineSchema,
  MACHINE_KINDS,
  MACHINE_SORTS,
  MACHINE_STATES,
  machineDetailsSchema,
  machineIdSchema,
  provisionMachineSchema,
  SECRET_FILTERS,
} from "@/lib/machines/schema";
import { CLIENT_AUTHENTICATIONS, TOKEN_SCOPES } from "@/lib/token-policy/schema";

const kind = z.enum(MACHINE_KINDS);
const { name, description, ...settings } = machineDetailsSchema.shape;

const machineRow = z.object({
  id: z.uuid(),
  kind,
  name: z.string(),
  description: z.string(),
  clientId: z.uuid(),
  tags: z.array(z.string()),
  liveSecrets: z.number().int(),
  liveKeys: z.number().int(),
  connectedHosts: z.number().int(),
  lastUsedAt: instant.nullable(),
  createdAt: instant,
  isEnabled: z.boolean(),
  foundBy: z
    .object({
      id: credentialIdSchema,
      kind: z.enum(CREDENTIAL_KINDS),
      name: z.string(),
      note: z.string(),
    })
    .nullable()
    .meta({
      description: "The credential whose name or note has what was searched, where the machine's has not",
    }),
});

const machine = z.object({
  id: z.uuid(),
  kind,
  name: z.string(),
  description: z.string(),
  clientId: z.uuid(),
  revision: z.number().int(),
  createdAt: instant,
  createdBy: z.string().nullable(),
  isEnabled: z.boolean(),
  unattendedRuntimes: z.number().int(),
  nonProductionRuntimes: z.number().int(),
  testingRuntimes: z.number().int(),
  processType: settings.processType.unwrap(),
  processCompatibility: settings.processCompatibility.unwrap(),
  tags: z.array(z.string()),
  tokenLifetimeSeconds: z.number().int().nullable(),
  allowedScopes: z.array(z.enum(TOKEN_SCOPES)),
  clientAuthentication: z.enum(CLIENT_AUTHENTICATIONS).nullable(),
  requiresDpop: z.boolean().nullable(),
});

export const listMachines = operation({
  id: "listMachines",
  method: "GET",
  path: "/machines",
  tag: "Machines",
  summary: "List machines",
  may: "read",
  query: pageQuery.extend({
    search: z.string().trim().max(200).default(""),
    kind: kind.optional(),
    state: z.enum(MACHINE_STATES).optional(),
    secrets: z.enum(SECRET_FILTERS).optional(),
    sort: z.enum(MACHINE_SORTS).default("name"),
    direction: z.enum(["asc", "desc"]).default("asc"),
  }),
  answer: pageOf(machineRow),
});

export const getMachine = operation({
  id: "getMachine",
  method: "GET",
  path: "/machines/{machineId}",
  tag: "Machines",
  summary: "Show a machine",
  may: "read",
  params: machineIdSchema,
  answer: machine,
  hasRevision: true,
});

export const provisionMachine = operation({
  id: "provisionMachine",
  method: "POST",
  path: "/machines",
  tag: "Machines",
  summary: "Provision a machine with its first client secret",
  may: "machines.provision",
  body: provisionMachineSchema,
  answer: issuedSecret.extend({ machineId: z.uuid() }),
  status: 201,
  secrets: ["clientSecret"],
});

export const editMachine = operation({
  id: "editMachine",
  method: "PUT",
  path: "/machines/{machineId}",
  tag: "Machines",
  summary: "Save a machine's details",
  description:
    "Hosts that authenticated in a way that the machine does not accept any more are disconnected; the answer says which.",
  may: "machines.edit",
  params: machineIdSchema,
  body: editMachineSchema.omit({ machineId: true, revision: true }),
  answer: cutSchema.extend({ revision: z.number().int() }),
  preview: cutPreviewSchema,
  hasRevision: true,
});

export const enableMachine = operation({
  id: "enableMachine",
  method: "POST",
  path: "/machines/{machineId}/enable",
  tag: "Machines",
  summary: "Enable a machine",
  may: "machines.disable",
  params: machineIdSchema,
});

export const disableMachine = operation({
  id: "disableMachine",
  method: "POST",
  path: "/machines/{machineId}/disable",
  tag: "Machines",
  summary: "Disable a machine and disconnect its hosts",
  may: "machines.disable",
  params: machineIdSchema,
  answer: cutSchema,
  preview: cutPreviewSchema,
});
