import type { Metadata } from "next";
import { machineOf } from "@/app/(portal)/tenants/[tenant]/machines/[machineId]/machine-of";
import {
  addKeyAction,
  addSecretAction,
  deleteKeyAction,
  deleteSecretAction,
  editMachineAction,
} from "@/app/(portal)/tenants/[tenant]/machines/actions";
import { machineActionsOf } from "@/app/(portal)/tenants/[tenant]/machines/machine-actions";
import { EditMachine } from "@/components/machines/edit-machine";
import { Live } from "@/components/shell/live";
import { listKeys, listSecrets } from "@/lib/credentials/queries";
import { getLimits } from "@/lib/limits/queries";
import { listConnectedHosts } from "@/lib/sessions/queries";
import { getTokenDefaults } from "@/lib/tenants/queries";

type EditMachinePageProps = { params: Promise<{ tenant: string; machineId: string }> };

export async function generateMetadata({ params }: EditMachinePageProps): Promise<Metadata> {
  const { tenant: slug, machineId } = await params;
  const { tenant } = await machineOf(slug, machineId);
  return { title: `Edit Machine · ${tenant.name}` };
}

export default async function EditMachinePage({ params }: EditMachinePageProps) {
  const { tenant: slug, machineId } = await params;
  const { ctx, tenant, machine, can } = await machineOf(slug, machineId);
  const [secrets, keys, hosts, inherited, limits] = await Promise.all([
    listSecrets(ctx, { machineId }),
    listKeys(ctx, { machineId }),
    listConnectedHosts(ctx, { machineIds: [machineId] }),
    getTokenDefaults(ctx),
    getLimits(ctx),
  ]);
  return (
    <>
      <Live tenantSlug={tenant.slug} />
      <EditMachine
        tenant={tenant}
        machine={machine}
        secrets={secrets}
        keys={keys}
        hosts={hosts}
        inherited={inherited}
        limits={limits}
        now={ctx.now}
        canChange={can("machines.edit")}
        actions={{
          ...machineActionsOf(tenant.slug),
          save: editMachineAction.bind(null, tenant.slug),
          addSecret: addSecretAction.bind(null, tenant.slug),
          deleteSecret: deleteSecretAction.bind(null, tenant.slug),
          addKey: addKeyAction.bind(null, tenant.slug),
          deleteKey: deleteKeyAction.bind(null, tenant.slug),
        }}
      />
    </>
  );
}
