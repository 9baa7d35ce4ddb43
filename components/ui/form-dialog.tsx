"use client";

import { type ComponentProps, type ReactNode, useId } from "react";
import { Alert } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Form } from "@/components/ui/form";
import { SubmitButton } from "@/components/ui/submit-button";

type FormDialogProps = Pick<ComponentProps<typeof Dialog>, "title" | "description" | "finalFocus"> & {
  verb: string;
  look?: "primary" | "danger";
  /** It can be done now. */
  isReady?: boolean;
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
  look = "primary",
  isReady = true,
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
          <SubmitButton form={formId} look={look} aria-busy={isPending} disabled={!isReady}>
            {verb}
          </SubmitButton>
        </>
      }
    >
      <Form id={formId} ref={form} onSubmit={() => onSubmit()} className="flex flex-col gap-4">
        {children}
      </Form>
      <Alert>{failure}</Alert>
    </Dialog>
  );
}
