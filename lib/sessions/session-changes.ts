import { record } from "@/lib/audit/commands";
import type { AuditEvent } from "@/lib/audit/events";
import type { Actor, Ctx, RobotActor } from "@/lib/ctx";
import { type Signal, signal } from "@/lib/signals";
import type { EndCode, SessionView } from "./schema";

/** What every ended session gives back. */
export const ENDED = {
  id: true,
  machineId: true,
  credentialId: true,
  hostName: true,
  tokenId: true,
  tokenExpiresAt: true,
} as const;

type Row = { id: string; machineId: string; credentialId: string; hostName: string };

/** Writes the events of ended sessions, and tells hosts and pages to look. */
export async function recordEnded(
  ctx: Ctx<Actor>,
  tenantId: string,
  ended: readonly Row[],
  code: EndCode,
): Promise<void> {
  await signal(
    ctx.db,
    ended.flatMap(({ id }): Signal[] => [
      { kind: "session", tenantId, sessionId: id },
      { kind: "page", tenantId },
    ]),
  );
  await record(
    ctx,
    ended.map(({ id, machineId, credentialId, hostName }) => ({
      type: "session.ended" as const,
      machineId,
      credentialId,
      sessionId: id,
      hostName,
      code,
    })),
    tenantId,
  );
}

/** @returns what tells hosts and pages of an opened session to look */
export const openedSignals = ({ tenantId }: RobotActor, { id }: SessionView): readonly Signal[] => [
  { kind: "session", tenantId, sessionId: id },
  { kind: "page", tenantId },
];

/** @returns the event of an opened session */
export const sessionOpened = (session: SessionView, takenOver: boolean): AuditEvent => ({
  type: "session.opened",
  machineId: session.machineId,
  credentialId: session.credentialId,
  sessionId: session.id,
  hostName: session.hostName,
  takenOver,
});
