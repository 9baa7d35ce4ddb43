"use client";

import { RotateCcw } from "lucide-react";
import type { Action } from "@/components/ui/attempt";
import { Badge } from "@/components/ui/badge";
import { Alert } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { LOST_ANSWER } from "@/components/ui/confirm-dialog";
import { Panel } from "@/components/ui/panel";
import { type Column, StackCell, StackRow, StackTable, Under } from "@/components/ui/stack-table";
import { Instant } from "@/components/ui/time";
import { useToasts } from "@/components/ui/toast";
import { useAttempt } from "@/components/ui/use-attempt";
import { kindText, outcomeText } from "@/components/webhooks/labels";
import { formatQuantity } from "@/lib/format";
import type { DeliveryRow, DeliveryState } from "@/lib/notifications/schema";

const STATES: Readonly<Record<DeliveryState, { label: string; look: "neutral" | "accent" | "danger" }>> = {
  waiting: { label: "Waiting", look: "neutral" },
  delivered: { label: "Delivered", look: "accent" },
  given_up: { label: "Given up", look: "danger" },
};

const COLUMNS: readonly Column[] = [
  { label: "Message" },
  { label: "State", className: "w-40" },
  { label: "Answer", className: "w-80" },
  { label: "Actions", className: "w-36", isHidden: true },
];

type DeliveryTableProps = {
  webhookId: string;
  deliveries: readonly DeliveryRow[];
  isOn: boolean;
  sendAgain: Action<null>;
};

/** What was sent, what came of it, and what is tried when. */
export function DeliveryTable({ webhookId, deliveries, isOn, sendAgain }: DeliveryTableProps) {
  const toasts = useToasts();
  const { failure, run } = useAttempt({
    lost: LOST_ANSWER,
    onDone: () => toasts.add({ title: "It is sent again." }),
  });
  if (deliveries.length === 0) return <Panel className="p-5 text-muted">Nothing was sent yet.</Panel>;
  return (
    <>
      <Alert>{failure}</Alert>
      <StackTable label="Deliveries" columns={COLUMNS}>
        {deliveries.map((delivery) => (
          <StackRow key={delivery.id}>
            <StackCell>
              <span id={`delivery-${delivery.id}`}>{kindText(delivery.kind)}</span>
              <Under>
                <Instant at={delivery.createdAt} />
              </Under>
            </StackCell>
            <StackCell label="State">
              <Badge look={STATES[delivery.state].look}>{STATES[delivery.state].label}</Badge>
              <Under>{formatQuantity(delivery.attempts, "attempt")}</Under>
            </StackCell>
            <StackCell label="Answer" isEmpty={delivery.at === null}>
              {outcomeText(delivery)}
              {delivery.answer ? <Under>{delivery.answer}</Under> : null}
              {delivery.state === "waiting" ? (
                <Under>
                  Next try <Instant at={delivery.nextAt} />
                </Under>
              ) : null}
            </StackCell>
            <StackCell className="@3xl:text-right">
              {isOn ? (
                <Button
                  size="sm"
                  aria-describedby={`delivery-${delivery.id}`}
                  onClick={() => run(() => sendAgain({ webhookId, deliveryId: delivery.id }))}
                >
                  <RotateCcw aria-hidden size={14} />
                  Send again
                </Button>
              ) : null}
            </StackCell>
          </StackRow>
        ))}
      </StackTable>
    </>
  );
}
