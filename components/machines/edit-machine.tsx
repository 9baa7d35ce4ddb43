import { MachineActivity, type MachineActivityView } from "@/components/activity/machine-activity";
import type { CredentialActions } from "@/components/credentials/credential-actions";
import { type KeyActions, KeysSection } from "@/components/credentials/keys-section";
import { Rehearsals } from "@/components/credentials/rehearsals";
import { type SecretActions, SecretsSection } from "@/components/credentials/secrets-section";
import type { Cut } from "@/components/hosts/disconnected";
import { HostTable } from "@/components/hosts/host-table";
import { EditForm } from "@/components/machines/edit-form";
import { KIND_LABELS } from "@/components/machines/labels";
import type { MachineActions } from "@/components/machines/machine-actions";
import { MachineDangerZone } from "@/components/machines/machine-danger-zone";
import { MachineFacts } from "@/components/machines/machine-facts";
import type { RotationActions } from "@/components/rotations/rotation-actions";
import type { Inherited } from "@/components/tokens/labels";
import type { Action } from "@/components/ui/attempt";
import { Badge } from "@/components/ui/badge";
import { CopyButton } from "@/components/ui/copy-button";
import { PageHeader } from "@/components/ui/page-header";
import { Panel } from "@/components/ui/panel";
import { Instant } from "@/components/ui/time";
import { countLive } from "@/lib/credentials/rules";
import type { KeyView, SecretView } from "@/lib/credentials/schema";
import type { RehearsalReport } from "@/lib/fleet/schema";
import type { Limits } from "@/lib/limits/schema";
import type { MachineView } from "@/lib/machines/schema";
import { pathsOf } from "@/lib/paths";
import type { RotationView } from "@/lib/rotations/schema";
import type { ConnectedHost } from "@/lib/sessions/schema";
import type { TenantView } from "@/lib/tenants/schema";

type EditMachineProps = {
  tenant: TenantView;
  machine: MachineView;
  secrets: readonly SecretView[];
  keys: readonly KeyView[];
  rotations: readonly RotationView[];
  rehearsals: readonly RehearsalReport[];
  hosts: readonly ConnectedHost[];
  inherited: Inherited;
  limits: Limits;
  activity: MachineActivityView;
  now: Date;
  canChange: boolean;
  actions: MachineActions &
    RotationActions & {
      readonly save: Action<Cut & { revision: number }>;
      readonly addSecret: SecretActions["add"];
      readonly addKey: KeyActions["add"];
      readonly editCredential: CredentialActions["edit"];
      readonly deleteCredential: CredentialActions["remove"];
      readonly disableCredential: CredentialActions["disable"];
      readonly enableCredential: CredentialActions["enable"];
      readonly editRules: CredentialActions["editRules"];
      readonly foreseeRules: CredentialActions["foreseeRules"];
      readonly rehearseDeletion: CredentialActions["rehearse"];
      readonly cancelRehearsal: Action<null>;
    };
};

const HEADING = "mb-2 text-base font-semibold";

export function EditMachine({
  tenant,
  machine,
  secrets,
  keys,
  rotations,
  rehearsals,
  hosts,
  inherited,
  limits,
  activity,
  now,
  canChange,
  actions,
}: EditMachineProps) {
  const listPath = pathsOf(tenant.slug).machines;
  const liveInAll = countLive([...secrets, ...keys], now);
  const impact = { askHosts: actions.askHosts, askJobs: actions.askJobs };
  const onCredential = {
    ...impact,
    edit: actions.editCredential,
    remove: actions.deleteCredential,
    disable: actions.disableCredential,
    enable: actions.enableCredential,
    rotate: actions.rotate,
    cancelRotation: actions.cancelRotation,
    endRotation: actions.endRotation,
    rehearse: actions.rehearseDeletion,
    editRules: actions.editRules,
    foreseeRules: actions.foreseeRules,
  };
  const crumbs = [
    { label: tenant.name, href: listPath },
    { label: "Machines", href: listPath },
    { label: machine.name },
  ];
  return (
    <div className="max-w-5xl">
      <PageHeader crumbs={crumbs} title={machine.name} />
      <div className="-mt-3 mb-6 flex flex-wrap items-center gap-x-4 gap-y-1.5 text-muted">
        <span>{KIND_LABELS[machine.kind]}</span>
        <Badge look={machine.isEnabled ? "accent" : "brass"}>
          {machine.isEnabled ? "Enabled" : "Disabled"}
        </Badge>
        <span className="flex flex-wrap items-center gap-x-1">
          Client ID{" "}
          <span id="client-id" className="ml-1 font-mono text-small break-all text-ink">
            {machine.clientId}
          </span>
          <CopyButton value={machine.clientId} name="Copy Client ID" />
        </span>
        <span className="text-small">
          Created <Instant at={machine.createdAt} />
          {machine.createdBy ? ` by ${machine.createdBy}` : null}
        </span>
      </div>
      <div className="flex flex-col gap-9">
        <section aria-labelledby="details">
          <h2 id="details" className={HEADING}>
            Details
          </h2>
          <Panel className="p-5">
            {canChange ? (
              <EditForm
                key={machine.id}
                machine={machine}
                inherited={inherited}
                save={actions.save}
                questions={impact}
              />
            ) : (
              <MachineFacts machine={machine} inherited={inherited} />
            )}
          </Panel>
        </section>
        <SecretsSection
          machineId={machine.id}
          secrets={secrets}
          liveInAll={liveInAll}
          limits={limits}
          rotations={rotations}
          rehearsals={rehearsals}
          now={now}
          canChange={canChange}
          actions={{ ...onCredential, add: actions.addSecret }}
        />
        <KeysSection
          machine={{ id: machine.id, name: machine.name, clientId: machine.clientId }}
          keys={keys}
          liveInAll={liveInAll}
          limits={limits}
          rotations={rotations}
          rehearsals={rehearsals}
          now={now}
          canChange={canChange}
          actions={{ ...onCredential, add: actions.addKey }}
        />
        <Rehearsals
          rehearsals={rehearsals}
          credentials={[
            ...secrets.map((secret) => ({ ...secret, kind: "Secret" as const })),
            ...keys.map((key) => ({ ...key, kind: "Key" as const })),
          ]}
          machineId={machine.id}
          tenantSlug={tenant.slug}
          liveInAll={liveInAll}
          limits={limits}
          now={now}
          canChange={canChange}
          actions={{ ...onCredential, cancelRehearsal: actions.cancelRehearsal }}
        />
        <section aria-labelledby="connected-hosts">
          <h2 id="connected-hosts" className={HEADING}>
            Connected hosts
          </h2>
          <HostTable hosts={hosts} now={now} />
        </section>
        <section aria-labelledby="sign-in-activity">
          <h2 id="sign-in-activity" className={HEADING}>
            Sign-in activity
          </h2>
          <MachineActivity activity={activity} machineId={machine.id} tenantSlug={tenant.slug} now={now} />
        </section>
        {canChange ? (
          <section aria-labelledby="danger">
            <h2 id="danger" className={HEADING}>
              Disable or delete
            </h2>
            <MachineDangerZone machine={machine} listPath={listPath} actions={actions} />
          </section>
        ) : null}
      </div>
    </div>
  );
}
