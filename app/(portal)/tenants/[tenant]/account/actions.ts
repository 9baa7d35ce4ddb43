"use server";

import { changePassword } from "@/lib/admins/commands/reset-password";
import { endOwnSignIn } from "@/lib/admins/commands/sign-in";
import { changePasswordSchema, signInIdSchema } from "@/lib/admins/schema";
import { guardedAction, personAction } from "@/lib/doors/admin";

export const changePasswordAction = guardedAction(changePasswordSchema, changePassword);
export const endSignInAction = personAction(signInIdSchema, endOwnSignIn);
