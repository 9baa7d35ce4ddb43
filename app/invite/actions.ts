"use server";

import { acceptInvite, acceptInviteAsNew, chooseInInvite } from "@/lib/admins/commands/invite";
import { readInvite } from "@/lib/admins/queries/people";
import { linkAndPasswordSchema, linkSchema } from "@/lib/admins/schema";
import { personAction, publicAction, publicQuestion } from "@/lib/http/portal/actions";
import { inSteps } from "@/lib/http/portal/deeds";

export const readInviteQuestion = publicQuestion(linkSchema, readInvite);
export const acceptInviteAction = personAction(linkSchema, acceptInvite);
export const acceptInviteAsNewAction = publicAction(
  linkAndPasswordSchema,
  inSteps(chooseInInvite, acceptInviteAsNew),
);
