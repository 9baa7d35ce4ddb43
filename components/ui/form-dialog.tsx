"use client";

import { type ComponentProps, type ReactNode, useId } from "react";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { SubmitButton } from "@/components/ui/submit-button";

type FormDialogProps = Pick<ComponentProps<typeof Dialog>, "title" | "description"> & {
  verb: string;
  form: ComponentProps<"form">["ref"];
  failure: string | null;
  isPending: boolean;
  onSubmit: () => void;
  onClose: () => void;
  children: ReactNode;
};

/** A small form over the page it belongs to. Mounted only while it is open. */
export function FormDialog({
  verb,
  form,
  failure,
  isPending,
  onSubmit,
  onClose,
  children,
  ...dialog
}: FormDialogProps) {
  const formId = useId();
  return (
    <Dialog
      {...dialog}
      open
      onOpenChange={(isOpen) => isOpen || onClose()}
      buttons={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <SubmitButton form={formId} look="primary" aria-busy={isPending}>
            {verb}
          </SubmitButton>
        </>
      }
    >
      <form
        id={formId}
        ref={form}
        noValidate
        method="post"
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
        className="flex flex-col gap-4"
      >
        {children}
      </form>
      {failure ? (
        <Banner look="danger" role="alert">
          {failure}
        </Banner>
      ) : null}
    </Dialog>
  );
}
