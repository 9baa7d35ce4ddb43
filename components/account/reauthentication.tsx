"use client";

import { useEffect, useState } from "react";
import { type Action, confirmWith } from "@/components/ui/attempt";
import { Button } from "@/components/ui/button";
import { Field, TextInput } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { PasswordInput } from "@/components/ui/password-input";
import { useForm } from "@/components/ui/use-form";
import { confirmSignInSchema } from "@/lib/admins/schema";

type ReauthenticationProps = { hasSecondFactor: boolean; confirm: Action<null> };

/** Asks who is there when a deed is sensitive and the last proof is old; what was asked for then goes on by itself. */
export function Reauthentication({ hasSecondFactor, confirm }: ReauthenticationProps) {
  const [answer, setAnswer] = useState<((isConfirmed: boolean) => void) | null>(null);
  useEffect(() => confirmWith(() => new Promise((resolve) => setAnswer(() => resolve))), []);
  if (answer === null) return null;
  const finish = (isConfirmed: boolean) => {
    setAnswer(null);
    answer(isConfirmed);
  };
  return <ConfirmSignIn hasSecondFactor={hasSecondFactor} confirm={confirm} onAnswer={finish} />;
}

type ConfirmSignInProps = ReauthenticationProps & { onAnswer: (isConfirmed: boolean) => void };

const LOST = "The server did not answer. Try again.";

function ConfirmSignIn({ hasSecondFactor, confirm, onAnswer }: ConfirmSignInProps) {
  const [kind, setKind] = useState<"password" | "code">("password");
  const [proof, setProof] = useState("");
  const { form, errors, failure, isPending, submit } = useForm({
    schema: confirmSignInSchema,
    action: confirm,
    lost: LOST,
    onDone: () => onAnswer(true),
  });
  const switchTo = (other: "password" | "code") => {
    setKind(other);
    setProof("");
  };
  return (
    <FormDialog
      title="Confirm that it is you"
      description="What you asked for is sensitive, and you signed in a while ago."
      verb="Confirm"
      form={form}
      failure={failure}
      isPending={isPending}
      onSubmit={() => submit({ kind, proof })}
      onClose={() => onAnswer(false)}
    >
      {kind === "password" ? (
        <Field label="Password" error={errors.proof}>
          <PasswordInput
            key="password"
            name="password"
            autoComplete="current-password"
            value={proof}
            onValueChange={setProof}
          />
        </Field>
      ) : (
        <Field label="Code" error={errors.proof} hint="Six digits from your app, or a recovery code.">
          <TextInput
            key="code"
            name="code"
            autoComplete="one-time-code"
            className="font-mono"
            value={proof}
            onValueChange={setProof}
          />
        </Field>
      )}
      {hasSecondFactor ? (
        <Button
          size="sm"
          look="quiet"
          className="self-start"
          onClick={() => switchTo(kind === "password" ? "code" : "password")}
        >
          {kind === "password" ? "Use a code instead" : "Use the password instead"}
        </Button>
      ) : null}
    </FormDialog>
  );
}
