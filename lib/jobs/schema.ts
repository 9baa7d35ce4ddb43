import { z } from "zod";
import { readJson } from "@/lib/json-text";
import { END_CODES } from "@/lib/sessions/schema";
import { isPlainLine, isPlainText, isStorable } from "@/lib/text";

export const RUNTIME_TYPES = ["Unattended", "NonProduction", "Testing"] as const;
export const JOB_STATES = [
  "Pending",
  "Running",
  "Stopping",
  "Terminating",
  "Successful",
  "Faulted",
  "Stopped",
] as const;
/** How a robot may say that a job ended. */
export const REPORTED_STATES = ["Successful", "Faulted", "Stopped"] as const;

/** Why a job ended, where neither output nor error says so: as its session did, or by itself. */
export const JOB_END_CODES = [
  ...END_CODES,
  "host_silent",
  "not_running",
  "other_robot",
  "robot_disconnected",
  "stopped_before_start",
] as const;
export type JobEndCode = (typeof JOB_END_CODES)[number];

/** Why a job ended, and who did it: a person's name, or the address of another robot. */
export type JobEnded = { readonly endCode: JobEndCode; readonly endedBy: string | null };

export type RuntimeType = (typeof RUNTIME_TYPES)[number];
export type JobState = (typeof JOB_STATES)[number];

export const PROCESS_NAME_MAX_LENGTH = 200;
/** Of input and of output, as JSON text in UTF-8. */
export const JOB_DATA_MAX_BYTES = 64 * 1024;
export const LONG_POLL_MAX_SECONDS = 30;
export const JOBS_A_PAGE = 25;
const ERROR_MAX_LENGTH = 4000;
const MESSAGE_MAX_LENGTH = 500;

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

const isOneLine = (max: number) =>
  z.string().trim().max(max).refine(isPlainLine, "Use plain characters only.");

/** JSON that PostgreSQL can keep: no NUL, no lone surrogate, at most 64 KiB. */
export const jobData = z.json().superRefine((value, context) => {
  const text = JSON.stringify(value);
  if (new TextEncoder().encode(text).length > JOB_DATA_MAX_BYTES) {
    context.addIssue({ code: "custom", message: "must be at most 64 KiB of JSON" });
  }
  if (/\\u0000|\\ud[89a-f]/i.test(text)) {
    context.addIssue({ code: "custom", message: "must hold no NUL and no lone surrogate" });
  }
});

/** JSON typed by a person; empty is an empty object. */
export const jsonTextSchema = z
  .string()
  .transform((text, context): Json => {
    if (text.trim() === "") return {};
    const read = readJson(text);
    if (read.ok) return read.value as Json;
    context.addIssue({ code: "custom", message: read.message });
    return z.NEVER;
  })
  .pipe(jobData);

export const addProcessSchema = z.object({
  name: isOneLine(PROCESS_NAME_MAX_LENGTH).min(1, "Enter a name."),
  description: z
    .string()
    .trim()
    .max(500, "Use at most 500 characters.")
    .refine(isPlainText, "Use plain text only: no control characters.")
    .default(""),
  runtimeType: z.enum(RUNTIME_TYPES, "Choose a runtime type.").default("Unattended"),
  defaultInput: jsonTextSchema.default({}),
});

export const editProcessSchema = addProcessSchema.extend({
  processId: z.uuid(),
  /** What was read before, where it must be as it was. */
  seen: addProcessSchema.optional(),
});
export const processIdSchema = z.object({ processId: z.uuid() });

export const startJobSchema = z.object({
  processId: z.uuid("Choose a process."),
  /** Any machine when absent. */
  machineId: z.uuid().optional(),
  /** Any host when absent or empty. */
  hostName: isOneLine(255).default(""),
  /** The process's default input when absent. */
  input: jsonTextSchema.optional(),
});

export const jobIdSchema = z.object({ jobId: z.uuid() });

/** What a robot names a claim or a report with, so that it can send it again. */
const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,64}$/, "must be 1 to 64 visible ASCII characters, a new one for each");

export const nextJobSchema = z.object({
  sessionId: z.uuid(),
  /** Idempotency key: asked again under it, the host gets the job that was claimed under it, and no other. */
  claimId: idempotencyKey.optional(),
  waitSeconds: z.number().int().min(0).max(LONG_POLL_MAX_SECONDS).default(LONG_POLL_MAX_SECONDS),
});

export const reportJobSchema = jobIdSchema.extend({
  /** Idempotency key: the same report sent again changes nothing. */
  reportId: idempotencyKey,
  state: z.enum(REPORTED_STATES).optional(),
  progress: z.number().int().min(0).max(100).optional(),
  message: z.string().max(MESSAGE_MAX_LENGTH).refine(isStorable).optional(),
  output: jobData.optional(),
  error: z.string().max(ERROR_MAX_LENGTH).refine(isStorable).optional(),
});

/** Where in the list a job stands: `2026-11-23T14:05:00.000Z~` and its id. */
export const jobCursorSchema = z
  .string()
  .transform((text) => text.split("~"))
  .pipe(z.tuple([z.iso.datetime().refine((at) => at > "1"), z.uuid()]))
  .transform(([at, id]): JobCursor => ({ createdAt: new Date(at), id }));

export type JobCursor = { readonly createdAt: Date; readonly id: string };

/** @returns the cursor as it stands in an address */
export const jobCursorText = ({ createdAt, id }: JobCursor): string => `${createdAt.toISOString()}~${id}`;

/** The list's state as it stands in the address. */
export const jobListSchema = z.object({
  state: z.enum(JOB_STATES).optional().catch(undefined),
  process: z.uuid().optional().catch(undefined),
  machine: z.uuid().optional().catch(undefined),
  page: z.coerce.number().int().min(1).max(100_000).catch(1).default(1),
  /** The page counted from the last one, where nobody counts them from the first. */
  fromEnd: z.coerce.number().int().min(1).max(100_000).optional().catch(undefined),
  /** The job behind which the page begins, or before which it ends; without either it is found by its number. */
  after: jobCursorSchema.optional().catch(undefined),
  before: jobCursorSchema.optional().catch(undefined),
});

export type AddProcessInput = z.output<typeof addProcessSchema>;
export type EditProcessInput = z.output<typeof editProcessSchema>;
export type StartJobInput = z.output<typeof startJobSchema>;
export type NextJobInput = z.output<typeof nextJobSchema>;
export type ReportJobInput = z.output<typeof reportJobSchema>;
export type JobListQuery = z.output<typeof jobListSchema>;

export type ProcessView = {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly runtimeType: RuntimeType;
  readonly defaultInput: Json;
  readonly createdAt: Date;
  readonly createdBy: string | null;
};

/** A job as a row of the list. */
export type JobRow = {
  readonly id: string;
  readonly processName: string;
  readonly runtimeType: RuntimeType;
  readonly state: JobState;
  readonly createdAt: Date;
  readonly createdBy: string | null;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly progress: number | null;
  readonly machineName: string | null;
  readonly hostName: string | null;
};

export type JobPage = {
  readonly rows: readonly JobRow[];
  /** How many jobs match the filters, so far as they are counted. */
  readonly matching: number;
  /** Which page it is: counted from the first, or from the last, which is 1. */
  readonly page: number | null;
  readonly fromEnd: number | null;
  /** Null where they are too many to be counted. */
  readonly pageCount: number | null;
};

/** A job as its own page shows it. */
export type JobView = JobRow & {
  readonly targetMachineName: string | null;
  readonly targetHostName: string | null;
  readonly credentialId: string | null;
  readonly input: Json;
  readonly output: Json;
  readonly error: string | null;
  readonly message: string | null;
  readonly endCode: JobEndCode | null;
  readonly endedBy: string | null;
  readonly stopAskedAt: Date | null;
  readonly killAskedAt: Date | null;
  /** Why nobody takes it, while it is Pending. */
  readonly waitingFor: string | null;
};

/** A job as a robot sees it. */
export type RobotJob = {
  readonly id: string;
  readonly processName: string;
  readonly runtimeType: RuntimeType;
  readonly state: JobState;
  readonly input: Json;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly progress: number | null;
  readonly message: string | null;
};

/** A running job that a cut would stop, for the confirmation dialogs. */
export type RunningJob = {
  readonly jobId: string;
  readonly sessionId: string;
  readonly processName: string;
  readonly hostName: string;
};
