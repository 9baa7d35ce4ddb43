"use server";

import { chooseInReset, resetPassword } from "@/lib/admins/commands/reset-password";
import { readReset } from "@/lib/admins/queries/people";
import { linkAndPasswordSchema, linkSchema } from "@/lib/admins/schema";
import { publicAction, publicQuestion } from "@/lib/http/portal/actions";
import { inSteps } from "@/lib/http/portal/deeds";

export const readResetQuestion = publicQuestion(linkSchema, readReset);
export const resetPasswordAction = publicAction(linkAndPasswordSchema, inSteps(chooseInReset, resetPassword));
