import { recordAll } from "@/lib/audit/commands";
import type { AuditEvent } from "@/lib/audit/events";
import type { Actor, Ctx, RobotActor } from "@/lib/ctx";
import { type Signal, signal } from "@/lib/signals";
import type { EndCode, SessionView } from "./schema";

/** What every ended session gives back. */
export const ENDED = {
  id: true,
  tenantId: true,
  machineId: true,
  credentialId: true,
  hostName: true,
  tokenId: true,
  tokenExpiresAt: true,
} as const;

type Row = { id: string; tenantId: string; machineId: string; credentialId: string; hostName: string };

/** Writes the events of ended sessions, and tells hosts and pages to look. */
export async function recordEnded(ctx: Ctx<Actor>, ended: readonly Row[], code: EndCode): Promise<void> {
  await signal(
    ctx.db,
    ended.flatMap(({ id, tenantId }): Signal[] => [
      { kind: "session", tenantId, sessionId: id },
      { kind: "page", tenantId },
    ]),
  );
  await recordAll(
    ctx.db,
    ended.map(({ id: sessionId, tenantId, ...subject }) => {
      const { machineId, credentialId, hostName } = subject;
      const event = { type: "session.ended", machineId, credentialId, sessionId, hostName, code } as const;
      return { actor: ctx.actor, now: ctx.now, event, tenantId };
    }),
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
