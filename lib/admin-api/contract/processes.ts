import { z } from "zod";
import { operation } from "@/lib/admin-api/operation";
import { anyJson, instant, namedPageQuery, pageOf } from "@/lib/admin-api/shapes";
import { addProcessSchema, jobData, processIdSchema, RUNTIME_TYPES } from "@/lib/jobs/schema";

const process = z.object({
  id: z.uuid(),
  name: z.string(),
  description: z.string(),
  runtimeType: z.enum(RUNTIME_TYPES),
  defaultInput: anyJson,
  createdAt: instant,
  createdBy: z.string().nullable(),
});

/** As the form, but what is typed there as JSON is JSON here. */
const details = addProcessSchema.extend({ defaultInput: anyJson.pipe(jobData).default({}) });

export const listProcesses = operation({
  id: "listProcesses",
  method: "GET",
  path: "/processes",
  tag: "Processes",
  summary: "List processes",
  may: "read",
  query: namedPageQuery,
  answer: pageOf(process),
});

export const addProcess = operation({
  id: "addProcess",
  method: "POST",
  path: "/processes",
  tag: "Processes",
  summary: "Add a process",
  may: "processes.edit",
  body: details,
  maxBodyBytes: 128 * 1024,
  answer: z.object({ processId: z.uuid() }),
  status: 201,
});

export const editProcess = operation({
  id: "editProcess",
  method: "PUT",
  path: "/processes/{processId}",
  tag: "Processes",
  summary: "Save a process's details",
  description:
    "Later jobs start with them; jobs that exist keep their input and runtime type. `seen` is what was read: where it holds no longer, nothing is saved.",
  may: "processes.edit",
  params: processIdSchema,
  body: details.extend({ seen: details.optional() }),
  maxBodyBytes: 128 * 1024,
});

export const deleteProcess = operation({
  id: "deleteProcess",
  method: "DELETE",
  path: "/processes/{processId}",
  tag: "Processes",
  summary: "Delete a process",
  description: "No new job of it can be started; its jobs, also pending ones, stay.",
  may: "processes.edit",
  params: processIdSchema,
});
