import type { AuditFilters, AuditRow, Person } from "@/lib/audit/schema";
import type { Ctx } from "@/lib/ctx";
import { Prisma } from "@/lib/generated/prisma/client";

/** What is looked for, in the record's own words. */
export type EventFilters = Omit<AuditFilters, "machine"> & {
  readonly machineIds?: readonly string[] | undefined;
};

/** Which rows of what is looked for: how many, from where, and in which direction of time. */
export type Slice = {
  readonly order: "newest first" | "oldest first";
  readonly beyond?: { readonly at: Date; readonly id: string } | undefined;
  readonly limit: number;
};

const ORDERS = {
  "newest first": { by: Prisma.sql`at DESC, id DESC`, beyond: Prisma.sql`<` },
  "oldest first": { by: Prisma.sql`at, id`, beyond: Prisma.sql`>` },
} as const;

/** @returns the types of events that the tenant's record holds; one look into the index a type, whatever the number of rows */
export async function listKinds(ctx: Ctx): Promise<string[]> {
  const { tenantId } = ctx.actor;
  const rows = await ctx.db.$queryRaw<{ type: string }[]>`
    WITH RECURSIVE known AS (
      (SELECT type FROM audit_events WHERE tenant_id = ${tenantId}::uuid ORDER BY type LIMIT 1)
      UNION ALL
      SELECT (SELECT e.type FROM audit_events e WHERE e.tenant_id = ${tenantId}::uuid AND e.type > known.type
               ORDER BY e.type LIMIT 1)
        FROM known WHERE known.type IS NOT NULL)
    SELECT type FROM known WHERE type IS NOT NULL`;
  return rows.map(({ type }) => type);
}

/** @returns the people who did something in the tenant, also those who are gone, by the name they had last */
export async function listPersons(ctx: Ctx): Promise<Person[]> {
  const { tenantId } = ctx.actor;
  const persons = await ctx.db.$queryRaw<Person[]>`
    WITH RECURSIVE known AS (
      (SELECT actor_id FROM audit_events WHERE tenant_id = ${tenantId}::uuid AND actor_kind = 'admin'
        ORDER BY actor_id LIMIT 1)
      UNION ALL
      SELECT (SELECT e.actor_id FROM audit_events e
               WHERE e.tenant_id = ${tenantId}::uuid AND e.actor_kind = 'admin' AND e.actor_id > known.actor_id
               ORDER BY e.actor_id LIMIT 1)
        FROM known WHERE known.actor_id IS NOT NULL)
    SELECT known.actor_id AS id, last.actor_name AS name
      FROM known CROSS JOIN LATERAL (
        SELECT actor_name FROM audit_events
         WHERE tenant_id = ${tenantId}::uuid AND actor_kind = 'admin' AND actor_id = known.actor_id
         ORDER BY at DESC, id DESC LIMIT 1) last`;
  return persons.sort((a, b) => a.name.localeCompare(b.name));
}

/** The types that a kind stands for: itself, or all that begin with it. */
async function typesOf(ctx: Ctx, kind: string): Promise<string[]> {
  if (kind.includes(".")) return [kind];
  return (await listKinds(ctx)).filter((type) => type.startsWith(`${kind}.`));
}

function conditions(tenantId: string, filters: EventFilters, { order, beyond }: Slice): Prisma.Sql[] {
  const { person, credential, from, to } = filters;
  return [
    Prisma.sql`tenant_id = ${tenantId}::uuid`,
    ...(person ? [Prisma.sql`actor_kind = 'admin' AND actor_id = ${person}`] : []),
    ...(credential ? [Prisma.sql`credential_id = ${credential}`] : []),
    ...(from ? [Prisma.sql`at >= ${new Date(from)}`] : []),
    ...(to ? [Prisma.sql`at <= ${new Date(to)}`] : []),
    ...(beyond
      ? [Prisma.sql`(at, id) ${ORDERS[order].beyond} (${beyond.at}::timestamptz, ${beyond.id}::uuid)`]
      : []),
  ];
}

/**
 * A slice of the tenant's record. It costs the rows it returns, wherever in the record they are: the place to go on from is a row, not
 * a number, and each type or machine of several is looked up by itself, in the order of its index.
 */
export async function listEvents(ctx: Ctx, filters: EventFilters, slice: Slice): Promise<AuditRow[]> {
  const { kind, machineIds } = filters;
  const types = kind && (await typesOf(ctx, kind));
  const where = conditions(ctx.actor.tenantId, filters, slice);
  if (types) where.push(Prisma.sql`type = one.type`);
  if (machineIds) where.push(Prisma.sql`machine_id = one.machine_id`);
  const { by } = ORDERS[slice.order];
  return ctx.db.$queryRaw<AuditRow[]>`
    SELECT e.id, e.at, e.actor_kind AS "actorKind", e.actor_id AS "actorId", e.actor_name AS "actorName", e.address, e.type,
           e.machine_id AS "machineId", e.credential_id AS "credentialId", e.details,
           (SELECT l.sequence FROM audit_links l WHERE l.event_id = e.id) AS sequence
      FROM (SELECT found.*
              FROM (SELECT type, machine_id FROM unnest(${types ?? [null]}::text[]) AS t(type)
                     CROSS JOIN unnest(${machineIds ? [...machineIds] : [null]}::uuid[]) AS m(machine_id)) one
             CROSS JOIN LATERAL (SELECT * FROM audit_events WHERE ${Prisma.join(where, " AND ")}
                                  ORDER BY ${by} LIMIT ${slice.limit}) found
             ORDER BY ${by} LIMIT ${slice.limit}) e
     ORDER BY ${by}`;
}
