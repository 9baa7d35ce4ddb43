"use server";

import { z } from "zod";
import { mayExport } from "@/lib/audit/queries/may-export";
import { verifyRecordSchema } from "@/lib/audit/schema";
import { adminQuestion } from "@/lib/http/portal/actions";
import { verifyTenantRecord } from "@/lib/operator/verify-audit";

export const verifyRecordAction = adminQuestion(verifyRecordSchema, verifyTenantRecord);
export const mayExportQuestion = adminQuestion(z.object({}), mayExport, { recent: true });
