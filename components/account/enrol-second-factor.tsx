"use client";

import { useState } from "react";
import { QrCode } from "@/components/account/qr-code";
import type { Enrolment, SecondFactorActions } from "@/components/account/second-factor-actions";
import { Alert } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { LOST_ANSWER } from "@/components/ui/confirm-dialog";
import { CopyButton } from "@/components/ui/copy-button";
import { Field, TextInput } from "@/components/ui/field";
import { Form } from "@/components/ui/form";
import { SubmitButton } from "@/components/ui/submit-button";
import { useForm } from "@/components/ui/use-form";
import { codeOnlySchema, nothingSchema } from "@/lib/users/schema";

type EnrolSecondFactorProps = Pick<SecondFactorActions, "begin" | "confirm"> & {
  onCodes: (recoveryCodes: readonly string[]) => void;
};

/** Sets up an authenticator app: a picture to scan, then its first code. */
export function EnrolSecondFactor({ begin, confirm, onCodes }: EnrolSecondFactorProps) {
  const [enrolment, setEnrolment] = useState<Enrolment | null>(null);
  const beginning = useForm({
    schema: nothingSchema,
    action: begin,
    lost: LOST_ANSWER,
    onDone: setEnrolment,
  });
  if (enrolment !== null) return <Confirm enrolment={enrolment} confirm={confirm} onCodes={onCodes} />;
  return (
    <div className="flex flex-col items-start gap-3">
      <p className="max-w-2xl">
        Off. With an authenticator app on your phone, somebody who knows your password still cannot come in.
      </p>
      <Alert>{beginning.failure}</Alert>
      <Button look="primary" aria-busy={beginning.isPending} onClick={() => beginning.submit({})}>
        Set up
      </Button>
    </div>
  );
}

type ConfirmProps = Pick<EnrolSecondFactorProps, "confirm" | "onCodes"> & { enrolment: Enrolment };

function Confirm({ enrolment, confirm, onCodes }: ConfirmProps) {
  const { form, errors, failure, isPending, submit, typed } = useForm({
    schema: codeOnlySchema,
    action: confirm,
    lost: LOST_ANSWER,
    onDone: ({ recoveryCodes }) => onCodes(recoveryCodes),
  });
  return (
    <div className="flex flex-wrap gap-x-7 gap-y-4">
      <QrCode text={enrolment.uri} label="Picture for your authenticator app" />
      <Form
        ref={form}
        onSubmit={() => submit({ code: typed("code") })}
        className="flex min-w-0 max-w-md flex-1 basis-64 flex-col gap-4"
      >
        <p>
          Scan the picture with an authenticator app, or type this key into it:{" "}
          <span className="inline-flex max-w-full items-center gap-1">
            <code className="font-mono text-small break-all">{enrolment.secret}</code>
            <CopyButton value={enrolment.secret} name="Copy the key" />
          </span>
        </p>
        <Alert>{failure}</Alert>
        <Field label="Code" error={errors.code} hint="The six digits that the app shows now.">
          <TextInput name="code" inputMode="numeric" autoComplete="one-time-code" className="font-mono" />
        </Field>
        <SubmitButton look="primary" aria-busy={isPending} className="self-start">
          Turn on
        </SubmitButton>
      </Form>
    </div>
  );
}
