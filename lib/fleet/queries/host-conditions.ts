import { Prisma } from "@/lib/generated/prisma/client";
import { ON_HOST } from "@/lib/jobs/rules";
import { sessionState } from "@/lib/sessions/rules";
import type { SessionState } from "@/lib/sessions/schema";

/** The jobs of a session that are on its host. */
export const JOBS_THERE = { state: { in: [...ON_HOST] } } satisfies Prisma.JobWhereInput;

type Host = {
  readonly endedAt: Date | null;
  readonly heartbeatAt: Date;
  readonly isBusy: boolean;
  /** Those there. */
  readonly jobs: readonly unknown[];
};

/**
 * A host is busy when its robot says so, or a job is there: a robot may work at something that is no job of ours, and a job that was
 * claimed is there before the next heartbeat says so.
 * @param silent as `silentSince` says
 */
export function hostState({ isBusy, jobs, ...session }: Host, silent: Date): SessionState {
  return sessionState({ ...session, isBusy: isBusy || jobs.length > 0 }, silent);
}

/** @returns the condition of the sessions that `hostState` calls so */
export function inState(state: SessionState, silent: Date): Prisma.SessionWhereInput {
  if (state === "Disconnected") return { endedAt: { not: null } };
  if (state === "Unresponsive") return { endedAt: null, heartbeatAt: { lte: silent } };
  const busy: Prisma.SessionWhereInput = { OR: [{ isBusy: true }, { jobs: { some: JOBS_THERE } }] };
  return { endedAt: null, heartbeatAt: { gt: silent }, ...(state === "Busy" ? busy : { NOT: busy }) };
}

/** The condition under which a session `s` is of a host that is busy. */
export const IS_BUSY = Prisma.sql`(s.is_busy OR EXISTS (
  SELECT FROM jobs j WHERE j.tenant_id = s.tenant_id AND j.session_id = s.id
     AND j.state IN ('Running', 'Stopping', 'Terminating')))`;
