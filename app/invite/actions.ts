"use server";

import { inSteps } from "@/lib/http/deeds";
import { personAction, publicAction, publicQuestion } from "@/lib/http/portal/actions";
import { acceptInvite, acceptInviteAsNew, chooseInInvite } from "@/lib/users/commands/invite";
import { readInvite } from "@/lib/users/queries/people";
import { linkAndPasswordSchema, linkSchema } from "@/lib/users/schema";

export const readInviteQuestion = publicQuestion(linkSchema, readInvite);
export const acceptInviteAction = personAction(linkSchema, acceptInvite);
export const acceptInviteAsNewAction = publicAction(
  linkAndPasswordSchema,
  inSteps(chooseInInvite, acceptInviteAsNew),
);
