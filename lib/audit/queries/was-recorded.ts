import type { EventType } from "@/lib/audit/events";
import type { Actor, Ctx } from "@/lib/ctx";

/** @returns whether the installation's own record holds an event of that type */
export async function wasRecorded(ctx: Ctx<Actor>, type: EventType): Promise<boolean> {
  return (
    (await ctx.db.auditEvent.findFirst({ where: { tenantId: null, type }, select: { id: true } })) !== null
  );
}

/** @returns whether there is an event of that type about the credential since then */
export async function wasRecordedOf(
  { db }: Pick<Ctx<Actor>, "db">,
  type: EventType,
  { tenantId, credentialId }: { readonly tenantId: string; readonly credentialId: string },
  since: Date,
): Promise<boolean> {
  const where = { tenantId, credentialId, type, at: { gte: since } };
  return (await db.auditEvent.findFirst({ where, select: { id: true } })) !== null;
}

/** @returns how many events of that type the tenant's record holds of what the person did since then */
export const countRecordedBy = ({ db, actor }: Ctx, type: EventType, since: Date): Promise<number> =>
  db.auditEvent.count({
    where: { tenantId: actor.tenantId, actorKind: actor.kind, actorId: actor.id, type, at: { gte: since } },
  });
