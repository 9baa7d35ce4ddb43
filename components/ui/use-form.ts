"use client";

import { useRef, useState } from "react";
import { type Action, attempt } from "@/components/ui/attempt";
import {
  type FieldErrors,
  fieldErrorsFrom,
  fieldErrorsOf,
  useFocusOnError,
} from "@/components/ui/form-errors";
import { textIn } from "@/components/ui/form-fields";

type Issue = { readonly path: readonly PropertyKey[]; readonly message: string };

type Schema = {
  safeParse(
    input: unknown,
  ): { readonly success: true } | { readonly success: false; readonly error: { readonly issues: Issue[] } };
};

type FormOptions<T> = {
  schema: Schema;
  action: Action<T>;
  /** What to say when no answer came back. */
  lost: string;
  onDone: (data: T) => void;
};

/**
 * Checks what is typed, sends it as it was typed (the server reads it with the same schema) and sets each refusal at its field.
 * A second click while the first one is on its way does nothing.
 */
export function useForm<T>({ schema, action, lost, onDone }: FormOptions<T>) {
  const [errors, setErrors] = useState<FieldErrors>({});
  const [failure, setFailure] = useState<string | null>(null);
  const [isPending, setPending] = useState(false);
  const isBusy = useRef(false);
  const form = useFocusOnError(errors);

  const submit = async (typed: unknown) => {
    if (isBusy.current) return;
    const checked = schema.safeParse(typed);
    setErrors(checked.success ? {} : fieldErrorsOf(checked.error.issues));
    setFailure(null);
    if (!checked.success) return;
    isBusy.current = true;
    setPending(true);
    const answer = await attempt(() => action(typed), lost);
    isBusy.current = false;
    setPending(false);
    if (answer.ok) return onDone(answer.data);
    setErrors(fieldErrorsFrom(answer.fieldErrors));
    if (!answer.fieldErrors) setFailure(answer.message);
  };

  return { form, errors, failure, isPending, submit, typed: (name: string) => textIn(form.current, name) };
}
