"use server";

import { adminAction } from "@/lib/http/portal/actions";
import { addProcess, deleteProcess, editProcess } from "@/lib/jobs/commands/manage-process";
import { addProcessSchema, editProcessSchema, processIdSchema } from "@/lib/jobs/schema";

export const addProcessAction = adminAction(addProcessSchema, addProcess);
export const editProcessAction = adminAction(editProcessSchema, editProcess);
export const deleteProcessAction = adminAction(processIdSchema, deleteProcess);
