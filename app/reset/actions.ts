"use server";

import { inSteps } from "@/lib/http/deeds";
import { publicAction, publicQuestion } from "@/lib/http/portal/actions";
import { chooseInReset, resetPassword } from "@/lib/users/commands/reset-password";
import { readReset } from "@/lib/users/queries/people";
import { linkAndPasswordSchema, linkSchema } from "@/lib/users/schema";

export const readResetQuestion = publicQuestion(linkSchema, readReset);
export const resetPasswordAction = publicAction(linkAndPasswordSchema, inSteps(chooseInReset, resetPassword));
