import type { Actor, Ctx, Db } from "@/lib/ctx";
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
    case "apiClient":
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

/** What an API client acts with; who the event is about is said in columns. */
const actsWith = (actor: Actor) =>
  actor.kind === "apiClient" ? { actorCredentialId: actor.credentialId } : {};

/** Details as the database gives them back: what has no place in JSON is gone before it is signed. */
const asJson = (value: object): object => JSON.parse(JSON.stringify(value)) as object;

/** What happened, who did it, and when. */
export type Act = {
  readonly actor: Actor;
  readonly now: Date;
  readonly event: AuditEvent;
  /** The tenant the event belongs to; the actor's own unless given (null: the installation's). */
  readonly tenantId?: string | null | undefined;
};

/** @returns the event's row, by the names of its columns */
function rowOf({ actor, now, event, tenantId }: Act) {
  const { type, ...details } = event;
  const content = {
    id: uuid7(now),
    tenantId: tenantId === undefined && "tenantId" in actor ? actor.tenantId : (tenantId ?? null),
    at: now,
    ...actorColumns(actor),
    type,
    ...subjectColumns(actor, event),
    details: asJson({ ...details, ...actsWith(actor) }),
  };
  const key = recordKey();
  return {
    id: content.id,
    tenant_id: content.tenantId,
    at: content.at,
    actor_kind: content.actorKind,
    actor_id: content.actorId,
    actor_name: content.actorName,
    address: content.address,
    type: content.type,
    machine_id: content.machineId,
    credential_id: content.credentialId,
    details: content.details,
    digest: `\\x${eventDigest(key.key, content).toString("hex")}`,
    digest_key_id: key.id,
  };
}

/**
 * Writes events in the transaction of the deeds they tell of, so that neither stands without the other. Each is signed here, with
 * a key that the database does not know; a row that was written by hand has no such signature.
 * @param acts what was done, in order; one insert however many
 */
export async function recordAll(db: Db, acts: readonly Act[]): Promise<void> {
  if (acts.length === 0) return;
  const rows = acts.map(rowOf);
  await db.$executeRaw`
    INSERT INTO audit_events (id, tenant_id, at, actor_kind, actor_id, actor_name, address, type, machine_id, credential_id, details,
                              digest, digest_key_id)
    SELECT id, tenant_id, at, actor_kind, actor_id, actor_name, address, type, machine_id, credential_id, details,
           digest, digest_key_id FROM json_populate_recordset(NULL::audit_events, ${JSON.stringify(rows)}::json)`;
  if (acts.some(({ event }) => mayTakeAway(event.type))) await signal(db, [{ kind: "people" }]);
}

/**
 * Writes the events of one deed.
 * @param ctx the deed's own context; actor and time are taken from it
 * @param tenantId as {@link Act} says
 */
export const record = (
  { db, actor, now }: Ctx<Actor>,
  events: readonly AuditEvent[],
  tenantId?: string | null,
): Promise<void> =>
  recordAll(
    db,
    events.map((event) => ({ actor, now, event, tenantId })),
  );

/** What is open on somebody's behalf asks again after every event of people but these, so that no deed can forget to say so. */
const TAKES_NOTHING_AWAY: readonly string[] = [
  "admin.created",
  "admin.invited",
  "admin.invite_revoked",
  "admin.joined",
  "admin.mail_tested",
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
