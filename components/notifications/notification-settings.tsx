"use client";

import { useState } from "react";
import { NOTICE_LABELS } from "@/components/notifications/labels";
import type { Action } from "@/components/ui/attempt";
import { Alert } from "@/components/ui/banner";
import { LabelledCheckbox } from "@/components/ui/checkbox";
import { Form } from "@/components/ui/form";
import { Panel } from "@/components/ui/panel";
import { SubmitButton } from "@/components/ui/submit-button";
import { useToasts } from "@/components/ui/toast";
import { useAttempt } from "@/components/ui/use-attempt";
import { CHOSEN_KINDS, type NoticeKind } from "@/lib/notifications/schema";

const LOST =
  "The server did not answer, so the choices may or may not be saved. Load the page again to see what holds.";

type NotificationSettingsProps = {
  /** What the tenant is not told. */
  off: readonly NoticeKind[];
  canChange: boolean;
  save: Action<null>;
};

/** What the tenant is told, wherever it is told. */
export function NotificationSettings({ off, canChange, save }: NotificationSettingsProps) {
  return (
    <section aria-labelledby="notifications" className="max-w-5xl">
      <h2 id="notifications" className="text-base font-semibold">
        Notifications
      </h2>
      <p className="mb-3 text-muted">
        What is not told here is told nowhere: neither on the page of notifications nor outside of Latchkey. A
        change of the audit record behind Latchkey’s back is always told.
      </p>
      <Panel className="p-5">
        {canChange ? (
          <Choices off={off} save={save} />
        ) : (
          <ul className="grid gap-x-5 gap-y-2 sm:grid-cols-2">
            {CHOSEN_KINDS.map((kind) => (
              <li key={kind} className="flex justify-between gap-3">
                {NOTICE_LABELS[kind]}
                <span className="text-muted">{off.includes(kind) ? "Off" : "On"}</span>
              </li>
            ))}
          </ul>
        )}
      </Panel>
    </section>
  );
}

function Choices({ off, save }: Pick<NotificationSettingsProps, "off" | "save">) {
  const toasts = useToasts();
  const [chosen, setChosen] = useState(off);
  // What the form was filled from, whatever the page around it has loaded since.
  const [seen, setSeen] = useState(off);
  const { failure, isPending, run } = useAttempt<null>({
    lost: LOST,
    onDone: () => {
      setSeen(chosen);
      toasts.add({ title: "Saved." });
    },
  });
  const choose = (kind: NoticeKind, isOn: boolean) =>
    setChosen((now) => (isOn ? now.filter((each) => each !== kind) : [...now, kind]));
  return (
    <Form onSubmit={() => run(() => save({ off: chosen, seen }))} className="flex flex-col gap-4">
      <fieldset className="grid gap-x-5 gap-y-2.5 sm:grid-cols-2">
        <legend className="sr-only">What the tenant is told</legend>
        {CHOSEN_KINDS.map((kind) => (
          <LabelledCheckbox
            key={kind}
            label={NOTICE_LABELS[kind]}
            checked={!chosen.includes(kind)}
            onCheckedChange={(isOn) => choose(kind, isOn)}
          />
        ))}
      </fieldset>
      <Alert>{failure}</Alert>
      <SubmitButton look="primary" aria-busy={isPending} className="w-fit">
        Save notifications
      </SubmitButton>
    </Form>
  );
}
