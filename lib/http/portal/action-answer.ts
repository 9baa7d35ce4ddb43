import type { z } from "zod";
import { isDatabaseAway } from "@/lib/db";
import { type ActionResult, Refusal } from "@/lib/errors";
import { log } from "@/lib/log";
import { PasswordsBusyError } from "@/lib/users/password-work";

/** Sets each refused field beside its message, the first one a field. */
function fieldErrors(error: z.ZodError): Record<string, string> {
  const messages: Record<string, string> = {};
  for (const { path, message } of error.issues) messages[path.join(".")] ??= message;
  return messages;
}

/** @returns the answer to input that its schema refuses */
export const invalid = (error: z.ZodError): ActionResult<never> => ({
  ok: false,
  code: "invalid",
  message: "Some fields need another look.",
  fieldErrors: fieldErrors(error),
});

/** @returns the answer to an action that threw: a refusal as it is, anything else as little as possible, with the rest in the log */
export function refusal(error: unknown): ActionResult<never> {
  if (error instanceof Refusal) {
    const { code, message, field, errors = field ? [{ field, detail: message }] : [] } = error;
    const fieldErrors = Object.fromEntries(errors.map((one) => [one.field, one.detail]));
    return { ok: false, code, message, ...(errors.length > 0 && { fieldErrors }) };
  }
  if (error instanceof PasswordsBusyError) {
    const message = "The server has too many passwords to check right now. Try again in a moment.";
    return { ok: false, code: "unavailable", message };
  }
  log.error({ err: error }, "an admin's action failed");
  if (isDatabaseAway(error)) {
    return {
      ok: false,
      code: "unavailable",
      message: "The server cannot reach its database. Nothing was changed. Try again in a moment.",
    };
  }
  return {
    ok: false,
    code: "unexpected",
    message: "Something went wrong on the server. Nothing was changed.",
  };
}
