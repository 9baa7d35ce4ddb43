"use client";

import { useState } from "react";
import { LEAK_LABELS } from "@/components/tenants/leak-labels";
import type { Action } from "@/components/ui/attempt";
import { Alert } from "@/components/ui/banner";
import { Form } from "@/components/ui/form";
import { SubmitButton } from "@/components/ui/submit-button";
import { useToasts } from "@/components/ui/toast";
import { useAttempt } from "@/components/ui/use-attempt";
import { LEAK_RESPONSES, type LeakResponse } from "@/lib/tenants/schema";

const LOST =
  "The server did not answer, so the choice may or may not be saved. Load the page again to see what holds.";

export function LeakResponseForm({ response, choose }: { response: LeakResponse; choose: Action<null> }) {
  const toasts = useToasts();
  const [chosen, setChosen] = useState(response);
  // What the form was filled from, whatever the page around it has loaded since.
  const [seen, setSeen] = useState(response);
  const { failure, isPending, run } = useAttempt<null>({
    lost: LOST,
    onDone: () => {
      setSeen(chosen);
      toasts.add({ title: "Saved." });
    },
  });
  return (
    <Form onSubmit={() => run(() => choose({ leakResponse: chosen, seen }))} className="flex flex-col gap-4">
      <fieldset className="flex flex-col gap-3">
        <legend className="sr-only">What happens to a secret that is reported as leaked</legend>
        {LEAK_RESPONSES.map((value) => (
          <div key={value} className="flex items-start gap-2.5">
            <input
              id={`leak-${value}`}
              type="radio"
              name="leakResponse"
              checked={chosen === value}
              onChange={() => setChosen(value)}
              aria-describedby={`leak-${value}-means`}
              className="mt-[3px] size-4 shrink-0 cursor-pointer accent-accent-solid"
            />
            <div>
              <label htmlFor={`leak-${value}`} className="cursor-pointer font-medium">
                {LEAK_LABELS[value].label}
              </label>
              <p id={`leak-${value}-means`} className="text-small text-muted">
                {LEAK_LABELS[value].hint}
              </p>
            </div>
          </div>
        ))}
      </fieldset>
      <Alert>{failure}</Alert>
      <SubmitButton look="primary" aria-busy={isPending} className="w-fit">
        Save choice
      </SubmitButton>
    </Form>
  );
}
