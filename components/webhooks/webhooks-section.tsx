"use client";

import { Plus } from "lucide-react";
import { useState } from "react";
import type { Action } from "@/components/ui/attempt";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import { Panel } from "@/components/ui/panel";
import { type Column, StackCell, StackRow, StackTable, Under } from "@/components/ui/stack-table";
import { Instant } from "@/components/ui/time";
import { outcomeText } from "@/components/webhooks/labels";
import { WebhookDialog } from "@/components/webhooks/webhook-dialog";
import { WebhookSecretDialog } from "@/components/webhooks/webhook-secret-dialog";
import { formatCount, formatQuantity } from "@/lib/format";
import { NOTICE_KINDS } from "@/lib/notifications/schema";
import { pathsOf } from "@/lib/paths";
import type { IssuedWebhookSecret, WebhookView } from "@/lib/webhooks/schema";

type WebhooksSectionProps = {
  tenantSlug: string;
  webhooks: readonly WebhookView[];
  add: Action<IssuedWebhookSecret>;
};

const COLUMNS: readonly Column[] = [
  { label: "Address" },
  { label: "State", className: "w-32" },
  { label: "Waiting", className: "w-24" },
  { label: "Last answer", className: "w-72" },
];

/** Where the tenant is told, for whoever may change its settings. */
export function WebhooksSection({ tenantSlug, webhooks, add }: WebhooksSectionProps) {
  const [isAdding, setAdding] = useState(false);
  const [issued, setIssued] = useState<IssuedWebhookSecret | null>(null);
  return (
    <section aria-labelledby="webhooks">
      <div className="mb-3 flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
        <div className="max-w-2xl min-w-0">
          <h2 id="webhooks" className="text-base font-semibold">
            Webhooks
          </h2>
          <p className="mt-0.5 text-muted">
            Addresses of yours that are told what people are told: signed messages by Standard Webhooks.
          </p>
        </div>
        <Button onClick={() => setAdding(true)}>
          <Plus aria-hidden size={16} />
          Add webhook
        </Button>
      </div>
      {webhooks.length === 0 ? (
        <Panel className="p-5 text-muted">
          No webhooks yet. Add one to be told in a chat or an alerting system.
        </Panel>
      ) : (
        <StackTable label="Webhooks" columns={COLUMNS}>
          {webhooks.map((webhook) => (
            <WebhookRow key={webhook.id} tenantSlug={tenantSlug} webhook={webhook} />
          ))}
        </StackTable>
      )}
      {isAdding ? (
        <WebhookDialog
          webhook={null}
          save={add}
          onSaved={(saved) => {
            setAdding(false);
            setIssued(saved);
          }}
          onClose={() => setAdding(false)}
        />
      ) : null}
      {issued ? <WebhookSecretDialog issued={issued} onClose={() => setIssued(null)} /> : null}
    </section>
  );
}

function WebhookRow({ tenantSlug, webhook }: { tenantSlug: string; webhook: WebhookView }) {
  const { id, url, kinds, waiting, last } = webhook;
  return (
    <StackRow>
      <StackCell>
        <Link href={pathsOf(tenantSlug).webhook(id)} className="font-mono text-small hover:underline">
          {url}
        </Link>
        <Under>
          {kinds.length === NOTICE_KINDS.length ? "everything" : formatQuantity(kinds.length, "kind")}
        </Under>
      </StackCell>
      <StackCell label="State">
        <WebhookState webhook={webhook} />
      </StackCell>
      <StackCell label="Waiting" className="tabular-nums">
        {formatCount(waiting)}
      </StackCell>
      <StackCell label="Last answer" isEmpty={last === null}>
        {last ? outcomeText(last) : null}
        {last?.at ? (
          <Under>
            <Instant at={last.at} />
          </Under>
        ) : null}
      </StackCell>
    </StackRow>
  );
}

export function WebhookState({ webhook: { offSince, isGivenUp } }: { webhook: WebhookView }) {
  if (offSince === null) return <Badge look="accent">On</Badge>;
  return <Badge look={isGivenUp ? "danger" : "neutral"}>{isGivenUp ? "Given up" : "Off"}</Badge>;
}
