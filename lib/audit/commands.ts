import type { Actor, Ctx } from "@/lib/ctx";
import { allow } from "@/lib/permissions";
import { signal } from "@/lib/signals";
import { uuid7 } from "@/lib/uuid";
import { eventDigest } from "./digest";
import type { AuditEvent, EventType } from "./events";
import { recordKey } from "./record-keys";
import type { ExportInput } from "./schema";

function actorColumns(actor: Actor) {
  switch (actor.kind) {
    case "admin":
    case "client":
    case "robot":
      return { actorKind: actor.kind, actorId: actor.id, actorName: actor.name, address: actor.address };
    case "person":
      return { actorKind: "admin", actorId: actor.id, actorName: actor.name, address: actor.address };
    case "anonymous":
      return { actorKind: actor.kind, actorId: null, actorName: "not signed in", address: actor.address };
    case "system":
      return { actorKind: actor.kind, actorId: null, actorName: "Latchkey", address: null };
  }
}

/** A secret, a key, or whichever of them a session was opened with: their ids are of one kind. */
function credentialOf(event: AuditEvent): string | null {
  if ("secretId" in event) return event.secretId;
  if ("keyId" in event) return event.keyId;
  return ("credentialId" in event && event.credentialId) || null;
}

/** What an event is about, for the filters: what it names, else the machine and credential that a robot acts with. */
function subjectColumns(actor: Actor, event: AuditEvent) {
  const robot = actor.kind === "robot" ? actor : null;
  return {
    machineId: ("machineId" in event && event.machineId) || robot?.id || null,
    credentialId: credentialOf(event) ?? robot?.credentialId ?? null,
  };
}

/** Details as the database gives them back: what has no place in JSON is gone before it is signed. */
const asJson = (value: object): object => JSON.parse(JSON.stringify(value)) as object;

/**
 * Writes events in the transaction of the deed they tell of, so that neither stands without the other. Each is signed here, with
 * a key that the database does not know; a row that was written by hand has no such signature.
 * @param ctx the deed's own context; actor and time are taken from it
 * @param events what happened, in order; one insert however many
 * @param tenantId the tenant the events belong to; the actor's own unless given (null: the installation's)
 */
export async function record(ctx: Ctx<Actor>, events: readonly AuditEvent[], tenantId?: string | null) {
  if (events.length === 0) return;
  const { actor, now } = ctx;
  const owner = tenantId === undefined && "tenantId" in actor ? actor.tenantId : (tenantId ?? null);
  const key = recordKey();
  await ctx.db.auditEvent.createMany({
    data: events.map((event) => {
      const { type, ...details } = event;
      const content = {
        id: uuid7(now),
        tenantId: owner,
        at: now,
        ...actorColumns(actor),
        type,
        ...subjectColumns(actor, event),
        details: asJson(details),
      };
      return { ...content, digest: Uint8Array.from(eventDigest(key.key, content)), digestKeyId: key.id };
    }),
  });
  if (events.some(({ type }) => mayTakeAway(type))) await signal(ctx.db, [{ kind: "people" }]);
}

/** What is open on somebody's behalf asks again after every event of people but these, so that no deed can forget to say so. */
const TAKES_NOTHING_AWAY: readonly string[] = [
  "admin.created",
  "admin.invited",
  "admin.invite_revoked",
  "admin.joined",
  "admin.reset_link_made",
  "admin.sign_in_confirmed",
  "admin.sign_in_refused",
  "admin.signed_in",
] satisfies readonly EventType[];

const mayTakeAway = (type: EventType): boolean =>
  type === "tenant.second_factor_required" ||
  (type.startsWith("admin.") && !TAKES_NOTHING_AWAY.includes(type));

/** Somebody takes a copy of the record; what leaves the house is itself recorded, before the first byte. */
export async function recordExport(ctx: Ctx, { format, filters }: ExportInput): Promise<void> {
  allow(ctx.actor, "audit.export");
  await record(ctx, [{ type: "audit.exported", format, filters }]);
}
