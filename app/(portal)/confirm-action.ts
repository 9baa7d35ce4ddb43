"use server";

import { confirmSignIn, proveAgain } from "@/lib/admins/commands/confirm-sign-in";
import { confirmSignInSchema } from "@/lib/admins/schema";
import { guardedAction } from "@/lib/http/portal/actions";
import { inSteps } from "@/lib/http/portal/deeds";

export const confirmSignInAction = guardedAction(confirmSignInSchema, inSteps(proveAgain, confirmSignIn));
