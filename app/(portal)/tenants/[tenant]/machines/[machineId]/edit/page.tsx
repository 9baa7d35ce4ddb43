import type { Metadata } from "next";
import { machineOf } from "@/app/(portal)/tenants/[tenant]/machines/[machineId]/machine-of";
import {
  addKeyAction,
  addSecretAction,
  cancelRehearsalAction,
  cancelRotationAction,
  deleteCredentialAction,
  disableCredentialAction,
  editCredentialAction,
  editMachineAction,
  editRulesAction,
  enableCredentialAction,
  endRotationAction,
  foreseeRulesQuestion,
  rehearseDeletionAction,
  rotateCredentialAction,
} from "@/app/(portal)/tenants/[tenant]/machines/actions";
import { MACHINE_ACTIONS } from "@/app/(portal)/tenants/[tenant]/machines/machine-actions";
import { EditMachine } from "@/components/machines/edit-machine";
import { Live } from "@/components/shell/live";
import { chartActivity, keptDays } from "@/lib/activity/queries";
import { activityListSchema, activityPeriodSchema, REQUESTS_A_MACHINE_PAGE } from "@/lib/activity/schema";
import { listKeys, listSecrets } from "@/lib/credentials/queries";
import { listConnectedHosts } from "@/lib/fleet/queries/connected-hosts";
import { listCredentialActivity } from "@/lib/fleet/queries/credential-activity";
import { readActivity } from "@/lib/fleet/queries/read-activity";
import { readRehearsals } from "@/lib/fleet/queries/rehearsed-uses";
import { listRotations } from "@/lib/fleet/queries/rotation-progress";
import { actionsOf } from "@/lib/http/portal/actions-of";
import { getLimits } from "@/lib/limits/queries";
import { getTokenDefaults } from "@/lib/tenants/queries";

type EditMachinePageProps = {
  params: Promise<{ tenant: string; machineId: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

export async function generateMetadata({ params }: Pick<EditMachinePageProps, "params">): Promise<Metadata> {
  const { tenant: slug, machineId } = await params;
  const { tenant } = await machineOf(slug, machineId);
  return { title: `Edit Machine · ${tenant.name}` };
}

export default async function EditMachinePage({ params, searchParams }: EditMachinePageProps) {
  const { tenant: slug, machineId } = await params;
  const asked = await searchParams;
  const { period } = activityPeriodSchema.parse(asked);
  const { older, newer } = activityListSchema.parse(asked);
  const { ctx, tenant, machine, version, can } = await machineOf(slug, machineId);
  const [secrets, keys, rotations, hosts, inherited, limits, bins, list, rehearsals] = await Promise.all([
    listSecrets(ctx, { machineId }),
    listKeys(ctx, { machineId }),
    listRotations(ctx, { machineId }),
    listConnectedHosts(ctx, { machineIds: [machineId] }),
    getTokenDefaults(ctx),
    getLimits(ctx),
    chartActivity(ctx, { period, machineId }),
    readActivity(ctx, { machine: machineId, older, newer }, REQUESTS_A_MACHINE_PAGE),
    readRehearsals(ctx, { machineId }),
  ]);
  const credentials = await listCredentialActivity(ctx, { secrets, keys });
  return (
    <>
      <Live tenantSlug={tenant.slug} version={version} />
      <EditMachine
        tenant={tenant}
        machine={machine}
        secrets={secrets}
        keys={keys}
        rotations={rotations}
        rehearsals={rehearsals}
        hosts={hosts}
        inherited={inherited}
        limits={limits}
        activity={{ bins, period, list, credentials, keptDays: keptDays(ctx) }}
        now={ctx.now}
        canChange={can("machines.edit")}
        actions={actionsOf(tenant.slug, {
          ...MACHINE_ACTIONS,
          save: editMachineAction,
          addSecret: addSecretAction,
          addKey: addKeyAction,
          editCredential: editCredentialAction,
          rotate: rotateCredentialAction,
          cancelRotation: cancelRotationAction,
          endRotation: endRotationAction,
          deleteCredential: deleteCredentialAction,
          disableCredential: disableCredentialAction,
          enableCredential: enableCredentialAction,
          rehearseDeletion: rehearseDeletionAction,
          cancelRehearsal: cancelRehearsalAction,
          editRules: editRulesAction,
          foreseeRules: foreseeRulesQuestion,
        })}
      />
    </>
  );
}
