"use server";

import { inSteps } from "@/lib/http/deeds";
import { guardedAction } from "@/lib/http/portal/actions";
import { confirmSignIn, proveAgain } from "@/lib/users/commands/confirm-sign-in";
import { confirmSignInSchema } from "@/lib/users/schema";

export const confirmSignInAction = guardedAction(confirmSignInSchema, inSteps(proveAgain, confirmSignIn));
