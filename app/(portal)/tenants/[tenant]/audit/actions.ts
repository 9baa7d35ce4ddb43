"use server";

import { z } from "zod";
import { mayExport } from "@/lib/audit/queries/may-export";
import { verifyRecordSchema } from "@/lib/audit/schema";
import { adminQuestion } from "@/lib/doors/admin";
import { verifyTenantRecord } from "@/lib/doors/verify-record";

export const verifyRecordAction = adminQuestion(verifyRecordSchema, verifyTenantRecord);
export const mayExportQuestion = adminQuestion(z.object({}), mayExport, { recent: true });
