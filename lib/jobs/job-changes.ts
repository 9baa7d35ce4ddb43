import { recordAll } from "@/lib/audit/commands";
import type { JobEvent } from "@/lib/audit/events";
import type { Actor, Ctx } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { type Signal, signal } from "@/lib/signals";
import type { JobState } from "./schema";

/** What every change of a job gives back. */
export const CHANGED = {
  id: true,
  tenantId: true,
  state: true,
  sessionId: true,
  process: { select: { name: true } },
  session: { select: { machineId: true, credentialId: true } },
} as const;

export type ChangedJob = {
  readonly id: string;
  readonly tenantId: string;
  readonly state: JobState;
  readonly sessionId: string | null;
  readonly process: { readonly name: string };
  readonly session?: { readonly machineId: string; readonly credentialId: string } | null;
};

/** Writes the events of changed jobs, and tells hosts and pages to look. */
export async function announce(
  ctx: Ctx<Actor>,
  jobs: readonly ChangedJob[],
  event: (job: ChangedJob) => JobEvent,
): Promise<void> {
  const { actor, now } = ctx;
  await recordAll(
    ctx.db,
    jobs.map((job) => ({ actor, now, event: { ...event(job), ...job.session }, tenantId: job.tenantId })),
  );
  await signal(
    ctx.db,
    jobs.flatMap(({ tenantId, sessionId }): Signal[] => [
      ...(sessionId ? [{ kind: "session", tenantId, sessionId } as const] : []),
      { kind: "page", tenantId },
    ]),
  );
}

export const noSuchJob = () =>
  new Refusal("not_found", "There is no such job.", { problem: "job_not_found" });
