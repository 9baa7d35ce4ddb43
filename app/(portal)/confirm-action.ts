"use server";

import { confirmSignIn } from "@/lib/admins/commands/confirm-sign-in";
import { confirmSignInSchema } from "@/lib/admins/schema";
import { guardedAction } from "@/lib/doors/admin";

export const confirmSignInAction = guardedAction(confirmSignInSchema, confirmSignIn);
