"use client";

import { useState } from "react";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Panel } from "@/components/ui/panel";
import { useToasts } from "@/components/ui/toast";
import { formatQuantity } from "@/lib/format";
import type { UserActions } from "./user-actions";

type SecondFactorRuleProps = {
  isRequired: boolean;
  /** How many members have none. */
  without: number;
  require: UserActions["requireSecondFactor"];
};

/** Whether the tenant's members must have a second factor. */
export function SecondFactorRule({ isRequired, without, require }: SecondFactorRuleProps) {
  const toasts = useToasts();
  const [isAsking, setAsking] = useState(false);
  const waiting =
    without === 1 ? "1 person has none yet" : `${formatQuantity(without, "person", "people")} have none yet`;
  return (
    <section aria-labelledby="second-factor-rule">
      <h2 id="second-factor-rule" className="mb-2 text-base font-semibold">
        Second factor
      </h2>
      <Panel className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3 px-4 py-4">
        <p className="max-w-2xl">
          {isRequired
            ? "Required: whoever has none must set one up before they see anything else of this tenant."
            : "Up to each member. It can be required: then whoever has none must set one up before they see anything else of this tenant."}
          <span className="block text-small text-muted">
            {without === 0 ? "Everybody has one." : `${waiting}.`}
          </span>
        </p>
        <Button onClick={() => setAsking(true)}>{isRequired ? "Leave it to each" : "Require it"}</Button>
      </Panel>
      {isAsking ? (
        <ConfirmDialog
          title={isRequired ? "No longer require a second factor?" : "Require a second factor?"}
          description={
            isRequired
              ? "Members may then remove theirs and sign in with the password alone."
              : `From the next click on. ${without === 0 ? "Everybody has one already." : `${waiting}.`}`
          }
          verb={isRequired ? "Leave it to each" : "Require it"}
          look={isRequired ? "danger" : "primary"}
          run={() => require({ isRequired: !isRequired })}
          onDone={() =>
            toasts.add({
              title: isRequired ? "A second factor is up to each member." : "A second factor is required.",
            })
          }
          onClose={() => setAsking(false)}
        />
      ) : null}
    </section>
  );
}
