"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { ApiClientDialog } from "@/components/api-clients/api-client-dialog";
import { ApiClientState } from "@/components/api-clients/api-clients-section";
import type { CredentialActions } from "@/components/credentials/credential-actions";
import { type KeyActions, KeysSection } from "@/components/credentials/keys-section";
import { OfApiClient } from "@/components/credentials/owner-kind";
import { Rehearsals } from "@/components/credentials/rehearsals";
import { type SecretActions, SecretsSection } from "@/components/credentials/secrets-section";
import type { Action } from "@/components/ui/attempt";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { CopyButton } from "@/components/ui/copy-button";
import { FactList } from "@/components/ui/fact-list";
import { Panel } from "@/components/ui/panel";
import { Instant } from "@/components/ui/time";
import { useToasts } from "@/components/ui/toast";
import type { ApiClientView } from "@/lib/api-clients/schema";
import { countLive } from "@/lib/credentials/rules";
import type { KeyView, SecretView } from "@/lib/credentials/schema";
import type { RehearsalReport } from "@/lib/fleet/schema";
import type { Limits } from "@/lib/limits/schema";
import { pathsOf } from "@/lib/paths";
import type { RotationView } from "@/lib/rotations/schema";

type ApiClientPageProps = {
  tenantSlug: string;
  client: ApiClientView;
  own: { readonly managesInstallation: boolean };
  secrets: readonly SecretView[];
  keys: readonly KeyView[];
  rotations: readonly RotationView[];
  rehearsals: readonly RehearsalReport[];
  limits: Limits;
  now: Date;
  actions: {
    readonly save: Action<{ revision: number }>;
    readonly disable: Action<null>;
    readonly enable: Action<null>;
    readonly remove: Action<null>;
    readonly addSecret: SecretActions["add"];
    readonly addKey: KeyActions["add"];
  };
  onCredential: CredentialActions & { readonly cancelRehearsal: Action<null> };
};

const HEADING = "text-base font-semibold";
const ROW = "flex flex-wrap items-center justify-between gap-x-6 gap-y-2 px-5 py-4";

export function ApiClientPage({ client, own, actions, onCredential, ...page }: ApiClientPageProps) {
  const { tenantSlug, secrets, keys, rotations, rehearsals, limits, now } = page;
  const router = useRouter();
  const toasts = useToasts();
  const [asking, setAsking] = useState<"edit" | "disable" | "enable" | "delete" | null>(null);
  const close = () => setAsking(null);
  const canChange = client.isMine;
  const name = <strong className="font-medium text-ink">{client.name}</strong>;
  const on = {
    rotations,
    rehearsals,
    limits,
    now,
    canChange,
    liveInAll: countLive([...secrets, ...keys], now),
  };
  return (
    <OfApiClient>
      <div className="flex max-w-5xl flex-col gap-9">
        {canChange ? null : (
          <Banner look="note">
            This API client may do more than you may. Somebody who may do as much can change it.
          </Banner>
        )}
        <section aria-labelledby="details">
          <div className="mb-2 flex items-center justify-between gap-4">
            <h2 id="details" className={HEADING}>
              Details
            </h2>
            {canChange ? <Button onClick={() => setAsking("edit")}>Edit</Button> : null}
          </div>
          <Panel className="p-5">
            <FactList
              facts={[
                ["State", <ApiClientState key="state" isEnabled={client.isEnabled} />],
                ["Description", client.description || "None"],
                ["Role", client.role],
                ["What people confirm with their password", client.mayConfirm ? "May do it" : "Refused"],
                ["The installation", client.managesInstallation ? "Manages it" : "Does not manage it"],
                [
                  "Client ID",
                  <span key="id" className="flex flex-wrap items-center gap-x-1">
                    <span className="font-mono text-small break-all">{client.clientId}</span>
                    <CopyButton value={client.clientId} name="Copy Client ID" />
                  </span>,
                ],
                ["Last used", client.lastUsedAt ? <Instant key="used" at={client.lastUsedAt} /> : "Never"],
                [
                  "Made",
                  <span key="made">
                    <Instant at={client.createdAt} /> by {client.madeBy}
                  </span>,
                ],
              ]}
            />
          </Panel>
        </section>
        <SecretsSection
          {...on}
          machineId={client.id}
          secrets={secrets}
          actions={{ ...onCredential, add: actions.addSecret }}
        />
        <KeysSection
          {...on}
          machine={{ id: client.id, name: client.name, clientId: client.clientId }}
          keys={keys}
          actions={{ ...onCredential, add: actions.addKey }}
        />
        <Rehearsals
          {...on}
          credentials={[
            ...secrets.map((secret) => ({ ...secret, kind: "Secret" as const })),
            ...keys.map((key) => ({ ...key, kind: "Key" as const })),
          ]}
          machineId={client.id}
          tenantSlug={tenantSlug}
          actions={onCredential}
        />
        {canChange ? (
          <section aria-labelledby="danger">
            <h2 id="danger" className={`mb-2 ${HEADING}`}>
              Disable or delete
            </h2>
            <div className="divide-y divide-line rounded-panel border border-danger-line bg-surface">
              <div className={ROW}>
                <p className="min-w-0 basis-80 grow text-muted">
                  {client.isEnabled
                    ? "Its tokens and credentials are refused until somebody enables it again. They stay as they are."
                    : "It is disabled: its tokens and credentials are refused."}
                </p>
                {client.isEnabled ? (
                  <Button look="dangerQuiet" onClick={() => setAsking("disable")}>
                    Disable
                  </Button>
                ) : (
                  <Button onClick={() => setAsking("enable")}>Enable</Button>
                )}
              </div>
              <div className={ROW}>
                <p className="min-w-0 basis-80 grow text-muted">
                  Its client ID and all its client secrets and keys stop working at once and for good.
                </p>
                <Button look="dangerQuiet" onClick={() => setAsking("delete")}>
                  Delete API client
                </Button>
              </div>
            </div>
          </section>
        ) : null}
      </div>
      {asking === "edit" ? (
        <ApiClientDialog
          client={client}
          canManageInstallation={own.managesInstallation}
          save={actions.save}
          onSaved={() => {
            toasts.add({ title: "Saved." });
            close();
          }}
          onClose={close}
        />
      ) : null}
      {asking === "disable" || asking === "enable" ? (
        <ConfirmDialog
          title={asking === "disable" ? "Disable this API client?" : "Enable this API client?"}
          description={
            asking === "disable" ? (
              <>
                {name} is refused from its next request on, until somebody enables it again. Invites and reset
                links that it made are worth nothing from now on.
              </>
            ) : (
              <>{name} may do again what its role may, with the credentials that it has.</>
            )
          }
          verb={asking === "disable" ? "Disable" : "Enable"}
          look={asking === "disable" ? "danger" : "primary"}
          run={() => actions[asking]({ id: client.id })}
          onDone={() => toasts.add({ title: `${client.name} ${asking}d.` })}
          onClose={close}
        />
      ) : null}
      {asking === "delete" ? (
        <ConfirmDialog
          title="Delete this API client?"
          description={
            <>
              Whatever runs with a client secret or key of {name} is refused from its next request on, for
              good. What it did stays in the audit record.
            </>
          }
          verb="Delete"
          run={() => actions.remove({ id: client.id })}
          onDone={() => router.replace(pathsOf(tenantSlug).settings)}
          onClose={close}
        />
      ) : null}
    </OfApiClient>
  );
}
