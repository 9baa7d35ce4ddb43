"use client";

import { Plus } from "lucide-react";
import { useState } from "react";
import { ApiClientDialog } from "@/components/api-clients/api-client-dialog";
import { IssuedSecretDialog } from "@/components/credentials/issued-secret-dialog";
import { OfApiClient } from "@/components/credentials/owner-kind";
import type { Action } from "@/components/ui/attempt";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import { Panel } from "@/components/ui/panel";
import { type Column, StackCell, StackRow, StackTable, Under } from "@/components/ui/stack-table";
import { Instant } from "@/components/ui/time";
import type { ApiClientView } from "@/lib/api-clients/schema";
import type { IssuedSecret } from "@/lib/credentials/schema";
import { formatCount } from "@/lib/format";
import { API_REFERENCE_PATH, pathsOf } from "@/lib/paths";

type ApiClientsSectionProps = {
  tenantSlug: string;
  clients: readonly ApiClientView[];
  canManageInstallation: boolean;
  make: Action<IssuedSecret>;
};

const COLUMNS: readonly Column[] = [
  { label: "Name" },
  { label: "Role", className: "w-44" },
  { label: "State", className: "w-28" },
  { label: "Live credentials", className: "w-36" },
  { label: "Last used", className: "w-52" },
  { label: "Made by", className: "w-56" },
];

/** Programs that administer the tenant, for whoever may manage them. */
export function ApiClientsSection({
  tenantSlug,
  clients,
  canManageInstallation,
  make,
}: ApiClientsSectionProps) {
  const [isMaking, setMaking] = useState(false);
  // The one time the secret is seen: it lives here and nowhere else.
  const [issued, setIssued] = useState<IssuedSecret | null>(null);
  return (
    <section aria-labelledby="api-clients">
      <div className="mb-3 flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
        <div className="max-w-2xl min-w-0">
          <h2 id="api-clients" className="text-base font-semibold">
            API clients
          </h2>
          <p className="mt-0.5 text-muted">
            Programs that administer this tenant through the admin API, each with a role and credentials of
            its own.{" "}
            <Link href={API_REFERENCE_PATH} className="text-accent underline underline-offset-2">
              What the admin API can do
            </Link>
          </p>
        </div>
        <Button onClick={() => setMaking(true)}>
          <Plus aria-hidden size={16} />
          Make API client
        </Button>
      </div>
      {clients.length === 0 ? (
        <Panel className="p-5 text-muted">
          No API clients yet. Make one for a script or a pipeline; it is given its client secret once, and may
          do what its role may.
        </Panel>
      ) : (
        <StackTable label="API clients" columns={COLUMNS}>
          {clients.map((client) => (
            <Row key={client.id} tenantSlug={tenantSlug} client={client} />
          ))}
        </StackTable>
      )}
      {isMaking ? (
        <ApiClientDialog
          client={null}
          canManageInstallation={canManageInstallation}
          save={make}
          onSaved={(made) => {
            setMaking(false);
            setIssued(made);
          }}
          onClose={() => setMaking(false)}
        />
      ) : null}
      {issued ? (
        <OfApiClient>
          <IssuedSecretDialog issued={issued} isNew onClose={() => setIssued(null)} />
        </OfApiClient>
      ) : null}
    </section>
  );
}

function Row({ tenantSlug, client }: { tenantSlug: string; client: ApiClientView }) {
  const { id, name, description, role, managesInstallation, mayConfirm, lastUsedAt } = client;
  return (
    <StackRow>
      <StackCell>
        <Link href={pathsOf(tenantSlug).apiClient(id)} className="font-medium wrap-anywhere hover:underline">
          {name}
        </Link>
        {description ? <Under>{description}</Under> : null}
      </StackCell>
      <StackCell label="Role">
        {role}
        {managesInstallation ? <Under>manages the installation</Under> : null}
        {mayConfirm ? <Under>without confirmation</Under> : null}
      </StackCell>
      <StackCell label="State">
        <ApiClientState isEnabled={client.isEnabled} />
      </StackCell>
      <StackCell label="Live credentials" className="tabular-nums">
        {formatCount(client.liveSecrets + client.liveKeys)}
      </StackCell>
      <StackCell label="Last used">{lastUsedAt ? <Instant at={lastUsedAt} /> : "Never"}</StackCell>
      <StackCell label="Made by">
        <span className="wrap-anywhere">{client.madeBy}</span>
        <Under>
          <Instant at={client.createdAt} />
        </Under>
      </StackCell>
    </StackRow>
  );
}

export function ApiClientState({ isEnabled }: { isEnabled: boolean }) {
  return <Badge look={isEnabled ? "accent" : "brass"}>{isEnabled ? "Enabled" : "Disabled"}</Badge>;
}
