"use server";

import { adminAction, linkAction } from "@/lib/http/portal/actions";
import { requireSecondFactor } from "@/lib/tenants/commands";
import { requireSecondFactorSchema } from "@/lib/tenants/schema";
import { invitePerson, revokeInvite } from "@/lib/users/commands/invite";
import { enablePerson } from "@/lib/users/commands/manage-people";
import { makeResetLink } from "@/lib/users/commands/reset-password";
import {
  adminIdSchema,
  changeRoleSchema,
  inviteIdSchema,
  inviteSchema,
  leavingSchema,
  shareInstallationSchema,
} from "@/lib/users/schema";

import {
  changeRoleAndClients,
  disablePersonAndClients,
  removePersonAndClients,
  shareInstallationAndClients,
} from "@/lib/workflows/settle-people";

/** Who may come in decides everything else. */
const SENSITIVE = { recent: true } as const;

export const inviteAction = linkAction(inviteSchema, invitePerson, "invite", SENSITIVE);
export const revokeInviteAction = adminAction(inviteIdSchema, revokeInvite, SENSITIVE);
export const changeRoleAction = adminAction(changeRoleSchema, changeRoleAndClients, SENSITIVE);
export const disablePersonAction = adminAction(leavingSchema, disablePersonAndClients, SENSITIVE);
export const enablePersonAction = adminAction(adminIdSchema, enablePerson, SENSITIVE);
export const removePersonAction = adminAction(leavingSchema, removePersonAndClients, SENSITIVE);
export const makeResetLinkAction = linkAction(adminIdSchema, makeResetLink, "reset", SENSITIVE);
export const requireSecondFactorAction = adminAction(
  requireSecondFactorSchema,
  requireSecondFactor,
  SENSITIVE,
);
export const shareInstallationAction = adminAction(
  shareInstallationSchema,
  shareInstallationAndClients,
  SENSITIVE,
);
