"use client";

import { useEffect, useRef, useState } from "react";
import type { SigningKeyActions } from "@/components/signing-keys/signing-key-actions";
import { attempt } from "@/components/ui/attempt";
import { Alert } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { LabelledCheckbox } from "@/components/ui/checkbox";
import { LOST_ANSWER } from "@/components/ui/confirm-dialog";
import { Dialog } from "@/components/ui/dialog";
import { useToasts } from "@/components/ui/toast";
import { useAttempt } from "@/components/ui/use-attempt";
import { formatQuantity } from "@/lib/format";
import type { SigningKeyView, WithdrawalImpact } from "@/lib/identity/schema";

type WithdrawKeyDialogProps = {
  signingKey: SigningKeyView;
  actions: SigningKeyActions;
  onClose: () => void;
};

const ACTIVE = "Withdraw the active key: another one signs from now on";

type Impact = WithdrawalImpact | "asking" | "failed";

/** Asked anew when the question is opened: a number loaded with the page would be old by then. */
function useImpact(ask: SigningKeyActions["askWithdrawal"], kid: string): Impact {
  const [impact, setImpact] = useState<Impact>("asking");
  const asking = useRef(ask);
  useEffect(() => {
    let isCurrent = true;
    attempt(() => asking.current({ kid }), "").then((answer) => {
      if (isCurrent) setImpact(answer.ok ? answer.data : "failed");
    });
    return () => {
      isCurrent = false;
    };
  }, [kid]);
  return impact;
}

export function WithdrawKeyDialog({ signingKey, actions, onClose }: WithdrawKeyDialogProps) {
  const { kid } = signingKey;
  const toasts = useToasts();
  const impact = useImpact(actions.askWithdrawal, kid);
  const [isNowActive, setNowActive] = useState(false);
  const [confirmedActive, setConfirmedActive] = useState(false);
  const isDone = useRef(false);
  const isActive =
    isNowActive || (typeof impact === "object" ? impact.isActive : signingKey.state === "Active");

  const { failure, isPending, run } = useAttempt({
    lost: LOST_ANSWER,
    onDone: ({ liveTokens }: { liveTokens: number }) => {
      isDone.current = true;
      toasts.add({ title: `Key withdrawn. ${formatQuantity(liveTokens, "live token")} cut.` });
      onClose();
    },
    onRefused: ({ fieldErrors, message }) => {
      // Its time came while the question was open: now it is the one that signs, and that has to be asked.
      if (fieldErrors?.confirmedActive) setNowActive(true);
      return fieldErrors?.confirmedActive ?? message;
    },
  });

  return (
    <Dialog
      open
      onOpenChange={(isOpen) => isOpen || onClose()}
      finalFocus={() => (isDone.current ? document.querySelector<HTMLElement>("#main h1") : true)}
      title="Withdraw this signing key?"
      description={
        <>
          <span className="font-mono text-small wrap-anywhere text-ink">{kid}</span> leaves the published keys
          at once and for good. Do this when its private half may have leaked.
        </>
      }
      buttons={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="danger"
            aria-busy={isPending}
            disabled={isActive && !confirmedActive}
            onClick={() => run(() => actions.withdraw({ kid, confirmedActive }))}
          >
            Withdraw
          </Button>
        </>
      }
    >
      <div role="status" className="rounded-control border border-line bg-sunken px-3 py-2">
        <ImpactText impact={impact} />
      </div>
      {isActive ? (
        <LabelledCheckbox label={ACTIVE} checked={confirmedActive} onCheckedChange={setConfirmedActive} />
      ) : null}
      <Alert>{failure}</Alert>
    </Dialog>
  );
}

function ImpactText({ impact }: { impact: Impact }) {
  if (impact === "asking") return <p className="text-muted">Asking what it would cut…</p>;
  if (impact === "failed")
    return <p>It could not be found out what it would cut. Every token that it signed will be refused.</p>;
  if (impact.liveTokens === 0) return <p>No live token is signed with it.</p>;
  return (
    <>
      <p className="font-medium">
        {formatQuantity(impact.liveTokens, "live token")} will be refused at once.
      </p>
      <p className="text-muted">
        Robots buy new ones with their client secrets; their sessions and jobs go on. Services that keep a
        copy of the published keys take the old tokens until they fetch the keys again.
      </p>
    </>
  );
}
