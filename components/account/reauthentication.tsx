"use client";

import { useEffect, useState } from "react";
import { type Action, confirmWith } from "@/components/ui/attempt";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field, TextInput } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { PasswordInput } from "@/components/ui/password-input";
import { useForm } from "@/components/ui/use-form";
import { SingleSignOnButton } from "@/components/users/single-sign-on-button";
import { confirmSignInSchema } from "@/lib/users/schema";

type ReauthenticationProps = {
  hasPassword: boolean;
  hasSecondFactor: boolean;
  /** What people call the OpenID provider; null where there is none. */
  singleSignOn: string | null;
  /** Leaves for the provider, which asks again; the browser comes back to this page. */
  goElsewhere: () => Promise<unknown>;
  confirm: Action<null>;
};

/** Asks who is there when a deed is sensitive and the last proof is old; what was asked for then goes on by itself. */
export function Reauthentication(ways: ReauthenticationProps) {
  const [answer, setAnswer] = useState<((isConfirmed: boolean) => void) | null>(null);
  useEffect(() => confirmWith(() => new Promise((resolve) => setAnswer(() => resolve))), []);
  if (answer === null) return null;
  const finish = (isConfirmed: boolean) => {
    setAnswer(null);
    answer(isConfirmed);
  };
  return <ConfirmSignIn {...ways} onAnswer={finish} />;
}

type ConfirmSignInProps = ReauthenticationProps & { onAnswer: (isConfirmed: boolean) => void };

const LOST = "The server did not answer. Try again.";

function ConfirmSignIn(props: ConfirmSignInProps) {
  const { hasPassword, hasSecondFactor, singleSignOn, goElsewhere, onAnswer } = props;
  if (singleSignOn !== null && !hasPassword && !hasSecondFactor) {
    return <ConfirmElsewhere provider={singleSignOn} go={goElsewhere} onClose={() => onAnswer(false)} />;
  }
  return <ConfirmHere {...props} />;
}

type ConfirmElsewhereProps = { provider: string; go: () => Promise<unknown>; onClose: () => void };

/** Nobody here knows anything to ask: the provider asks, and the browser comes back to this page. */
function ConfirmElsewhere({ provider, go, onClose }: ConfirmElsewhereProps) {
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Confirm that it is you"
      description={`What you asked for is sensitive, and you signed in a while ago. Sign in at ${provider} again; you come back to this page, and can then ask once more.`}
      buttons={
        <>
          <Button look="quiet" onClick={onClose}>
            Cancel
          </Button>
          <SingleSignOnButton label={`Continue with ${provider}`} go={go} />
        </>
      }
    />
  );
}

function ConfirmHere({ hasPassword, hasSecondFactor, confirm, onAnswer }: ConfirmSignInProps) {
  const [kind, setKind] = useState<"password" | "code">(hasPassword ? "password" : "code");
  const { form, errors, failure, isPending, submit, typed } = useForm({
    schema: confirmSignInSchema,
    action: confirm,
    lost: LOST,
    onDone: () => onAnswer(true),
  });
  return (
    <FormDialog
      title="Confirm that it is you"
      description="What you asked for is sensitive, and you signed in a while ago."
      verb="Confirm"
      form={form}
      failure={failure}
      isPending={isPending}
      onSubmit={() => submit({ kind, proof: typed(kind) })}
      onClose={() => onAnswer(false)}
    >
      {kind === "password" ? (
        <Field label="Password" error={errors.proof}>
          <PasswordInput key="password" name="password" autoComplete="current-password" />
        </Field>
      ) : (
        <Field label="Code" error={errors.proof} hint="Six digits from your app, or a recovery code.">
          <TextInput key="code" name="code" autoComplete="one-time-code" className="font-mono" />
        </Field>
      )}
      {hasSecondFactor && hasPassword ? (
        <Button
          size="sm"
          look="quiet"
          className="self-start"
          onClick={() => setKind(kind === "password" ? "code" : "password")}
        >
          {kind === "password" ? "Use a code instead" : "Use the password instead"}
        </Button>
      ) : null}
    </FormDialog>
  );
}
