"use server";

import { resetPassword } from "@/lib/admins/commands/reset-password";
import { readReset } from "@/lib/admins/queries/people";
import { linkAndPasswordSchema, linkSchema } from "@/lib/admins/schema";
import { publicAction, publicQuestion } from "@/lib/doors/admin";

export const readResetQuestion = publicQuestion(linkSchema, readReset);
export const resetPasswordAction = publicAction(linkAndPasswordSchema, resetPassword);
