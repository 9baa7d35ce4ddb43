"use client";

import { useState } from "react";
import {
  type FieldErrors,
  fieldErrorsFrom,
  fieldErrorsOf,
  useFocusOnError,
} from "@/components/ui/form-errors";
import { textIn } from "@/components/ui/form-fields";
import { type Refused, useAttempt } from "@/components/ui/use-attempt";
import type { ActionResult } from "@/lib/errors";

type Issue = { readonly path: readonly PropertyKey[]; readonly message: string };

type Schema<I> = {
  safeParse(
    input: unknown,
  ):
    | { readonly success: true; readonly data: I }
    | { readonly success: false; readonly error: { readonly issues: readonly Issue[] } };
};

type FormOptions<I, T> = {
  schema: Schema<I>;
  /** Gets what was typed, and what the schema made of it. */
  action: (typed: unknown, checked: I) => Promise<ActionResult<T>>;
  /** What to say when no answer came back. */
  lost: string;
  /** @returns `LEAVING` when another page follows, or anything */
  onDone: (data: T, sent: I) => unknown;
  /** What else a refusal means, beside what the form says of it. */
  onRefused?: (refused: Refused) => void;
};

/** Checks what is typed, sends it as it was typed (the server reads it with the same schema) and sets each refusal at its field. */
export function useForm<I, T>({ schema, action, lost, onDone, onRefused }: FormOptions<I, T>) {
  const [errors, setErrors] = useState<FieldErrors>({});
  const form = useFocusOnError(errors);
  const { failure, isPending, isBusy, run, clear } = useAttempt<readonly [T, I]>({
    lost,
    onDone: ([data, sent]) => onDone(data, sent),
    onRefused: (refused) => {
      setErrors(fieldErrorsFrom(refused.fieldErrors));
      onRefused?.(refused);
      return refused.fieldErrors ? null : refused.message;
    },
  });

  const submit = async (typed: unknown) => {
    if (isBusy.current) return;
    const checked = schema.safeParse(typed);
    setErrors(checked.success ? {} : fieldErrorsOf(checked.error.issues));
    if (!checked.success) return clear();
    await run(async () => {
      const answer = await action(typed, checked.data);
      return answer.ok ? { ok: true, data: [answer.data, checked.data] } : answer;
    });
  };

  return {
    form,
    errors,
    failure,
    isPending,
    submit,
    clear: () => {
      setErrors({});
      clear();
    },
    typed: (name: string) => textIn(form.current, name),
  };
}
