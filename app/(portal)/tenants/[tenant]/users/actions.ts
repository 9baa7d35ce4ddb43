"use server";

import { invitePerson, revokeInvite } from "@/lib/admins/commands/invite";
import { changeRole, disablePerson, enablePerson, removePerson } from "@/lib/admins/commands/manage-people";
import { makeResetLink } from "@/lib/admins/commands/reset-password";
import { adminIdSchema, changeRoleSchema, inviteIdSchema, inviteSchema } from "@/lib/admins/schema";
import { adminAction } from "@/lib/doors/admin";

export const inviteAction = adminAction(inviteSchema, invitePerson);
export const revokeInviteAction = adminAction(inviteIdSchema, revokeInvite);
export const changeRoleAction = adminAction(changeRoleSchema, changeRole);
export const disablePersonAction = adminAction(adminIdSchema, disablePerson);
export const enablePersonAction = adminAction(adminIdSchema, enablePerson);
export const removePersonAction = adminAction(adminIdSchema, removePerson);
export const makeResetLinkAction = adminAction(adminIdSchema, makeResetLink);
