import type { Actor, Ctx } from "@/lib/ctx";
import type { AuditEvent } from "./events";

function actorColumns(actor: Actor) {
  switch (actor.kind) {
    case "admin":
    case "client":
    case "robot":
      return { actorKind: actor.kind, actorId: actor.id, actorName: actor.name, address: actor.address };
    case "anonymous":
      return { actorKind: actor.kind, actorName: "not signed in", address: actor.address };
    case "system":
      return { actorKind: actor.kind, actorName: "Latchkey" };
  }
}

/** A secret, a key, or whichever of them a session was opened with: their ids are of one kind. */
function credentialOf(event: AuditEvent): string | null {
  if ("secretId" in event) return event.secretId;
  if ("keyId" in event) return event.keyId;
  return "credentialId" in event ? event.credentialId : null;
}

/**
 * Writes events in the transaction of the deed they tell of, so that neither stands without the other.
 * @param ctx the deed's own context; actor and time are taken from it
 * @param events what happened, in order; one insert however many
 * @param tenantId the tenant the events belong to; the actor's own unless given (null: the installation's)
 */
export async function record(ctx: Ctx<Actor>, events: readonly AuditEvent[], tenantId?: string | null) {
  if (events.length === 0) return;
  const actor = ctx.actor;
  const owner = tenantId === undefined && "tenantId" in actor ? actor.tenantId : (tenantId ?? null);
  await ctx.db.auditEvent.createMany({
    data: events.map((event) => {
      const { type, ...details } = event;
      return {
        ...actorColumns(actor),
        tenantId: owner,
        at: ctx.now,
        type,
        machineId: ("machineId" in event && event.machineId) || null,
        credentialId: credentialOf(event),
        details: details as object,
      };
    }),
  });
}
