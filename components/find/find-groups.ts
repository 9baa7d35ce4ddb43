import { auditAddress } from "@/components/audit/audit-address";
import { KIND_LABELS } from "@/components/machines/labels";
import { pageAddress } from "@/components/ui/page-address";
import { CREDENTIAL_WORDS } from "@/lib/credentials/rules";
import type { CredentialState } from "@/lib/credentials/schema";
import type { Found } from "@/lib/fleet/schema";
import { pathsOf } from "@/lib/paths";

/** Something that was found: its page, and how it is known. */
export type FoundOption = {
  readonly id: string;
  readonly href: string;
  readonly title: string;
  /** What else tells it from others. */
  readonly about: string;
  readonly state: CredentialState | "Machine disabled" | "Disconnected" | null;
};

export type FoundGroup = { readonly label: string; readonly options: readonly FoundOption[] };

/** @returns what was found by what it is, in the order in which it is shown; no group is empty */
export function findGroups({ machines, credentials, hosts }: Found, tenantSlug: string): FoundGroup[] {
  const paths = pathsOf(tenantSlug);
  const groups: FoundGroup[] = [
    {
      label: "Machines",
      options: machines.map(({ machineId, name, kind, clientId, isEnabled }) => ({
        id: `found-${machineId}`,
        href: paths.machine(machineId),
        title: name,
        about: `${KIND_LABELS[kind]}, client ID ${clientId}`,
        state: isEnabled ? null : "Machine disabled",
      })),
    },
    {
      label: "Secrets and keys",
      options: credentials.map(({ credentialId, kind, name, state, machineId, ...machine }) => ({
        id: `found-${credentialId}`,
        // A deleted machine has no page; the record has its secrets.
        href: machine.isMachineDeleted
          ? auditAddress(paths.audit, { credential: credentialId })
          : `${paths.machine(machineId)}#credential-${credentialId}`,
        title: name || credentialId,
        about: `${CREDENTIAL_WORDS[kind]} of ${machine.machineName}${machine.isMachineDeleted ? ", which is deleted" : ""}`,
        state,
      })),
    },
    {
      label: "Hosts",
      options: hosts.map(({ hostName, machineId, machineName, isConnected }, index) => ({
        id: `found-host-${index}-${machineId}`,
        href: pageAddress(paths.robots, 1, { host: hostName }),
        title: hostName,
        about: `host of ${machineName}`,
        state: isConnected ? null : "Disconnected",
      })),
    },
  ];
  return groups.filter(({ options }) => options.length > 0);
}
