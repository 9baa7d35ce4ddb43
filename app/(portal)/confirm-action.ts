"use server";

import { confirmSignIn, proveAgain } from "@/lib/admins/commands/confirm-sign-in";
import { confirmSignInSchema } from "@/lib/admins/schema";
import { guardedAction } from "@/lib/doors/admin";
import { inSteps } from "@/lib/doors/deeds";

export const confirmSignInAction = guardedAction(confirmSignInSchema, inSteps(proveAgain, confirmSignIn));
