"use server";

import { verifyRecordSchema } from "@/lib/audit/schema";
import { adminQuestion } from "@/lib/doors/admin";
import { verifyTenantRecord } from "@/lib/doors/verify-record";

export const verifyRecordAction = adminQuestion(verifyRecordSchema, verifyTenantRecord);
