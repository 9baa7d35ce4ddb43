"use server";

import { guardedAction, personAction } from "@/lib/http/portal/actions";
import { inSteps } from "@/lib/http/portal/deeds";
import { changePassword, proveForChange } from "@/lib/users/commands/reset-password";
import {
  beginSecondFactor,
  confirmSecondFactor,
  proveForRemoval,
  removeSecondFactor,
  replaceRecoveryCodes,
} from "@/lib/users/commands/second-factor";
import { endOwnSignIn } from "@/lib/users/commands/sign-in";
import {
  changePasswordSchema,
  codeOnlySchema,
  nothingSchema,
  passwordOnlySchema,
  signInIdSchema,
} from "@/lib/users/schema";

export const changePasswordAction = guardedAction(
  changePasswordSchema,
  inSteps(proveForChange, changePassword),
);
export const endSignInAction = personAction(signInIdSchema, endOwnSignIn);
// Whoever finds a browser open must not be able to put their own app between the owner and the account.
export const beginSecondFactorAction = personAction(nothingSchema, beginSecondFactor, { recent: true });
export const confirmSecondFactorAction = guardedAction(codeOnlySchema, confirmSecondFactor);
export const replaceRecoveryCodesAction = guardedAction(codeOnlySchema, replaceRecoveryCodes);
export const removeSecondFactorAction = guardedAction(
  passwordOnlySchema,
  inSteps(proveForRemoval, removeSecondFactor),
);
