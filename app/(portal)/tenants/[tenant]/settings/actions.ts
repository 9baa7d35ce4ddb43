"use server";

import { adminAction, adminQuestion } from "@/lib/doors/admin";
import { listFollowingJobs } from "@/lib/jobs/queries";
import { listFollowingHosts } from "@/lib/sessions/queries";
import { followingHostsSchema } from "@/lib/sessions/schema";
import { editTokenDefaultsSchema } from "@/lib/tenants/schema";
import { saveTokenDefaults } from "@/lib/workflows/save-token-defaults";

export const saveTokenDefaultsAction = adminAction(editTokenDefaultsSchema, saveTokenDefaults);
export const followingHostsQuestion = adminQuestion(followingHostsSchema, listFollowingHosts);
export const followingJobsQuestion = adminQuestion(followingHostsSchema, listFollowingJobs);
