import { ofSeenMachines } from "@/lib/api-clients/gate";
import { recognizeSecret } from "@/lib/credentials/queries";
import { credentialState } from "@/lib/credentials/rules";
import type { Ctx } from "@/lib/ctx";
import {
  type FindInput,
  FOUND_MAX,
  type Found,
  type FoundCredential,
  type FoundHost,
  type FoundMachine,
} from "@/lib/fleet/schema";
import type { Prisma } from "@/lib/generated/prisma/client";
import { nameKey } from "@/lib/machines/rules";
import { hostKey } from "@/lib/sessions/rules";
import { looksLikeSecret } from "@/lib/text";
import { likePattern } from "./list-machines";
import { IS_OF_ROBOTS } from "./secret-conditions";

function findMachines(ctx: Ctx, text: string): Promise<FoundMachine[]> {
  const key = nameKey(text);
  return ctx.db.$queryRaw<FoundMachine[]>`
    SELECT m.id AS "machineId", m.name, m.kind::text AS kind, m.client_id AS "clientId", m.disabled_at IS NULL AS "isEnabled"
      FROM machines m
     WHERE m.tenant_id = ${ctx.actor.tenantId}::uuid AND m.deleted_at IS NULL AND ${IS_OF_ROBOTS}
       AND (m.name_key LIKE ${likePattern(key)} OR m.client_id::text LIKE ${likePattern(text.toLowerCase())})
     ORDER BY m.name_key = ${key} DESC, starts_with(m.name_key, ${key}) DESC, m.name_key, m.id
     LIMIT ${FOUND_MAX.machines}`;
}

async function readCredentials(ctx: Ctx, where: Prisma.CredentialWhereInput): Promise<FoundCredential[]> {
  const rows = await ctx.db.credential.findMany({
    where: { ...where, tenantId: ctx.actor.tenantId, ...ofSeenMachines(ctx.actor) },
    orderBy: [{ revokedAt: { sort: "desc", nulls: "first" } }, { createdAt: "desc" }, { id: "asc" }],
    take: FOUND_MAX.credentials,
    select: {
      id: true,
      kind: true,
      name: true,
      expiresAt: true,
      revokedAt: true,
      disabledAt: true,
      machineId: true,
      machine: { select: { name: true, deletedAt: true } },
    },
  });
  return rows.map(({ id, kind, name, machineId, machine, ...life }) => ({
    credentialId: id,
    kind,
    name,
    state: credentialState(life, ctx.now),
    machineId,
    machineName: machine.name,
    isMachineDeleted: machine.deletedAt !== null,
  }));
}

function findCredentials(ctx: Ctx, text: string): Promise<FoundCredential[]> {
  // Prisma leaves the wild cards of LIKE as they are.
  const written = { contains: text.replace(/[\\%_]/g, "\\$&"), mode: "insensitive" } as const;
  const isId = /^[0-9A-Za-z]{4,16}$/.test(text);
  return readCredentials(ctx, {
    OR: [
      { name: written },
      { note: written },
      { thumbprint: text },
      ...(isId ? [{ id: { startsWith: text } }] : []),
    ],
  });
}

/** A host of a machine is one, however often it connected. */
function findHosts(ctx: Ctx, text: string): Promise<FoundHost[]> {
  return ctx.db.$queryRaw<FoundHost[]>`
    SELECT * FROM (
      SELECT DISTINCT ON (s.machine_id, s.host_key)
             s.host_name AS "hostName", s.machine_id AS "machineId", m.name AS "machineName", s.ended_at IS NULL AS "isConnected"
        FROM sessions s JOIN machines m ON m.tenant_id = s.tenant_id AND m.id = s.machine_id
       WHERE s.tenant_id = ${ctx.actor.tenantId}::uuid AND s.removed_at IS NULL AND s.host_key LIKE ${likePattern(hostKey(text))}
       ORDER BY s.machine_id, s.host_key, s.ended_at DESC NULLS FIRST) AS host
     ORDER BY "isConnected" DESC, "hostName", "machineId"
     LIMIT ${FOUND_MAX.hosts}`;
}

/**
 * Finds what somebody looks for in their tenant: machines by name and client id; secrets and keys by name, note, id and thumbprint; hosts
 * by name. Of a client secret that is pasted whole only its id goes to the database.
 */
export async function find(ctx: Ctx, { text }: FindInput): Promise<Found> {
  if (looksLikeSecret(text)) {
    const secret = await recognizeSecret(ctx, text);
    const credentials = secret ? await readCredentials(ctx, { id: secret.credentialId }) : [];
    return { secret: secret?.value ?? "unknown", machines: [], credentials, hosts: [] };
  }
  const [machines, credentials, hosts] = await Promise.all([
    findMachines(ctx, text),
    findCredentials(ctx, text),
    findHosts(ctx, text),
  ]);
  return { secret: null, machines, credentials, hosts };
}
