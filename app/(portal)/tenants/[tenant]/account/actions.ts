"use server";

import { inSteps } from "@/lib/http/deeds";
import { sendTestMail } from "@/lib/http/outgoing-mail";
import { adminQuestion, guardedAction, personAction } from "@/lib/http/portal/actions";
import { chooseMailSchema } from "@/lib/notifications/schema";
import { chooseMail } from "@/lib/users/commands/choose-mail";
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
export const chooseMailAction = personAction(chooseMailSchema, chooseMail);
// It goes out while no transaction is open; what it writes is its own.
export const sendTestMailAction = adminQuestion(nothingSchema, sendTestMail);
