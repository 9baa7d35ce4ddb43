import { COMPATIBILITY_LABELS, PROCESS_TYPE_LABELS } from "@/components/machines/labels";
import {
  AUTHENTICATION_LABELS,
  dpopLabel,
  type Inherited,
  lifetimeLabel,
  scopesLabel,
} from "@/components/tokens/labels";
import { FactList } from "@/components/ui/fact-list";
import { formatCount } from "@/lib/format";
import type { MachineView } from "@/lib/machines/schema";

/** The details for those who may look but not change. */
export function MachineFacts({ machine, inherited }: { machine: MachineView; inherited: Inherited }) {
  const facts = [
    ["Name", machine.name],
    ["Description", machine.description || "None"],
    ["Unattended", formatCount(machine.unattendedRuntimes)],
    ["NonProduction", formatCount(machine.nonProductionRuntimes)],
    ["Testing", formatCount(machine.testingRuntimes)],
    ["Process type", PROCESS_TYPE_LABELS[machine.processType]],
    ["Process compatibility", COMPATIBILITY_LABELS[machine.processCompatibility]],
    ["Tags", machine.tags.join(", ") || "None"],
    ...tokenFacts(machine, inherited),
  ] as const;
  return <FactList facts={facts} />;
}

function tokenFacts(machine: MachineView, inherited: Inherited) {
  const { installationLifetimeSeconds, ...tenant } = inherited;
  const from = (isOwn: boolean, label: string) => (isOwn ? label : `${label} (tenant default)`);
  const lifetime = machine.tokenLifetimeSeconds ?? tenant.tokenLifetimeSeconds ?? installationLifetimeSeconds;
  const ownScopes = machine.allowedScopes.length > 0;
  const authentication = machine.clientAuthentication ?? tenant.clientAuthentication;
  return [
    ["Access token lifetime", from(machine.tokenLifetimeSeconds !== null, lifetimeLabel(lifetime))],
    [
      "Allowed scopes",
      from(ownScopes, scopesLabel(ownScopes ? machine.allowedScopes : tenant.allowedScopes)),
    ],
    [
      "Client authentication",
      from(machine.clientAuthentication !== null, AUTHENTICATION_LABELS[authentication]),
    ],
    [
      "Proof of possession (DPoP)",
      from(machine.requiresDpop !== null, dpopLabel(machine.requiresDpop ?? tenant.requiresDpop)),
    ],
  ] as const;
}
