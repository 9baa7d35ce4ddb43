"use server";

import { adminAction } from "@/lib/http/portal/actions";
import { startJob } from "@/lib/jobs/commands/start-job";
import { killJob, stopJob } from "@/lib/jobs/commands/stop-job";
import { jobIdSchema, startJobSchema } from "@/lib/jobs/schema";

export const startJobAction = adminAction(startJobSchema, startJob);
export const stopJobAction = adminAction(jobIdSchema, stopJob);
export const killJobAction = adminAction(jobIdSchema, killJob);
