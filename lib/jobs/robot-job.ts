import type { Json, RobotJob } from "./schema";

/** The columns a robot may see of its job. */
export const ROBOT_JOB = {
  id: true,
  tenantId: true,
  sessionId: true,
  runtimeType: true,
  state: true,
  input: true,
  createdAt: true,
  startedAt: true,
  progress: true,
  message: true,
  process: { select: { name: true } },
} as const;

type Row = Omit<RobotJob, "processName" | "input"> & {
  readonly input: unknown;
  readonly process: { readonly name: string };
};

/** @returns the job as its robot sees it */
export function robotJob({
  id,
  runtimeType,
  state,
  input,
  createdAt,
  startedAt,
  progress,
  message,
  process,
}: Row): RobotJob {
  return {
    id,
    processName: process.name,
    runtimeType,
    state,
    input: input as Json,
    createdAt,
    startedAt,
    progress,
    message,
  };
}
