import { z } from "zod";
import { operation } from "@/lib/admin-api/operation";
import { anyJson, instant, pageOf, pageQuery } from "@/lib/admin-api/shapes";
import {
  JOB_END_CODES,
  JOB_STATES,
  jobCursorSchema,
  jobData,
  jobIdSchema,
  RUNTIME_TYPES,
  startJobSchema,
} from "@/lib/jobs/schema";

const state = z.enum(JOB_STATES);

const jobRow = z.object({
  id: z.uuid(),
  processName: z.string(),
  runtimeType: z.enum(RUNTIME_TYPES),
  state,
  createdAt: instant,
  createdBy: z.string().nullable(),
  startedAt: instant.nullable(),
  endedAt: instant.nullable(),
  progress: z.number().int().nullable(),
  machineName: z.string().nullable(),
  hostName: z.string().nullable(),
});

const job = jobRow.extend({
  targetMachineName: z.string().nullable(),
  targetHostName: z.string().nullable(),
  credentialId: z.string().nullable(),
  input: anyJson,
  output: anyJson,
  error: z.string().nullable(),
  message: z.string().nullable(),
  endCode: z.enum(JOB_END_CODES).nullable(),
  endedBy: z.string().nullable(),
  stopAskedAt: instant.nullable(),
  killAskedAt: instant.nullable(),
  waitingFor: z
    .string()
    .nullable()
    .meta({ description: "Why no host takes it, while it is Pending, as a sentence" }),
});

export const listJobs = operation({
  id: "listJobs",
  method: "GET",
  path: "/jobs",
  tag: "Jobs",
  summary: "List jobs, the newest first",
  may: "read",
  query: pageQuery.extend({
    cursor: jobCursorSchema.optional().meta({ description: "The page's place: `next` of the page before" }),
    state: state.optional(),
    process: z.uuid().optional().meta({ description: "Only those of the process with this id" }),
    machine: z.uuid().optional().meta({ description: "Only those that hosts of this machine took" }),
  }),
  answer: pageOf(jobRow),
});

export const getJob = operation({
  id: "getJob",
  method: "GET",
  path: "/jobs/{jobId}",
  tag: "Jobs",
  summary: "Show a job with its input and output",
  may: "read",
  params: jobIdSchema,
  answer: job,
});

export const startJob = operation({
  id: "startJob",
  method: "POST",
  path: "/jobs",
  tag: "Jobs",
  summary: "Start a job: the next host that may run it takes it",
  may: "jobs.start",
  // As the form, but what is typed there as JSON is JSON here.
  body: startJobSchema.extend({ input: anyJson.pipe(jobData).optional() }),
  maxBodyBytes: 128 * 1024,
  answer: z.object({ jobId: z.uuid() }),
  status: 201,
});

export const stopJob = operation({
  id: "stopJob",
  method: "POST",
  path: "/jobs/{jobId}/stop",
  tag: "Jobs",
  summary: "Ask the robot to end a job in its own way; a pending job never starts",
  may: "jobs.stop",
  params: jobIdSchema,
});

export const killJob = operation({
  id: "killJob",
  method: "POST",
  path: "/jobs/{jobId}/kill",
  tag: "Jobs",
  summary: "Tell the robot to end a job at once",
  may: "jobs.stop",
  params: jobIdSchema,
});
