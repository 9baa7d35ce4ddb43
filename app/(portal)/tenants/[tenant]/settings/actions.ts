"use server";
import { z } from "zod";
import { listFollowingHosts } from "@/lib/fleet/queries/connected-hosts";
import { inSteps } from "@/lib/http/deeds";
import { adminAction, adminQuestion } from "@/lib/http/portal/actions";
import { importSigningKey } from "@/lib/identity/commands/import-key";
import { rotateSigningKey } from "@/lib/identity/commands/rotate-key";
import { withdrawSigningKey } from "@/lib/identity/commands/withdraw-key";
import { askWithdrawal } from "@/lib/identity/queries";
import { importSigningKeySchema, kidSchema, withdrawSigningKeySchema } from "@/lib/identity/schema";
import { listFollowingJobs } from "@/lib/jobs/queries";
import { editLimits } from "@/lib/limits/commands";
import { editLimitsSchema } from "@/lib/limits/schema";
import { editNotifications } from "@/lib/notifications/commands/edit-settings";
import { editNotificationsSchema } from "@/lib/notifications/schema";
import { chooseLeakResponse, renameTenant } from "@/lib/tenants/commands";
import {
  addTenantSchema,
  chooseLeakResponseSchema,
  editTokenDefaultsSchema,
  renameTenantSchema,
} from "@/lib/tenants/schema";
import {
  addWebhook,
  editWebhook,
  removeWebhook,
  rotateWebhookSecret,
  sendAgain,
} from "@/lib/webhooks/commands/manage-webhooks";
import { switchWebhook } from "@/lib/webhooks/commands/switch-webhook";
import { recordTest, trySending } from "@/lib/webhooks/commands/test-webhook";
import {
  deliveryIdSchema,
  editWebhookSchema,
  switchWebhookSchema,
  webhookIdSchema,
  webhookSchema,
} from "@/lib/webhooks/schema";
import { addTenant } from "@/lib/workflows/add-tenant";
import { saveTokenDefaults } from "@/lib/workflows/save-token-defaults";

/** What signs tokens decides who every robot is. */
const SENSITIVE = { recent: true } as const;

export const rotateKeyAction = adminAction(z.object({}), rotateSigningKey, SENSITIVE);
export const importKeyAction = adminAction(importSigningKeySchema, importSigningKey, SENSITIVE);
export const askWithdrawalAction = adminQuestion(kidSchema, askWithdrawal);
export const withdrawKeyAction = adminAction(withdrawSigningKeySchema, withdrawSigningKey, SENSITIVE);
export const saveTokenDefaultsAction = adminAction(editTokenDefaultsSchema, saveTokenDefaults);
export const saveLimitsAction = adminAction(editLimitsSchema, editLimits);
export const saveNotificationsAction = adminAction(editNotificationsSchema, editNotifications);
export const chooseLeakResponseAction = adminAction(chooseLeakResponseSchema, chooseLeakResponse);
export const addWebhookAction = adminAction(webhookSchema, addWebhook);
export const editWebhookAction = adminAction(editWebhookSchema, editWebhook);
export const removeWebhookAction = adminAction(webhookIdSchema, removeWebhook);
export const rotateWebhookSecretAction = adminAction(webhookIdSchema, rotateWebhookSecret);
export const switchWebhookAction = adminAction(switchWebhookSchema, switchWebhook);
export const testWebhookAction = adminAction(webhookIdSchema, inSteps(trySending, recordTest));
export const sendAgainAction = adminAction(deliveryIdSchema, sendAgain);
export const addTenantAction = adminAction(addTenantSchema, addTenant);
export const renameTenantAction = adminAction(renameTenantSchema, renameTenant);
export const followingHostsQuestion = adminQuestion(z.object({}), listFollowingHosts);
export const followingJobsQuestion = adminQuestion(z.object({}), listFollowingJobs);
