import { notFound } from "next/navigation";
import {
  connectedHostsQuestion,
  foreseeRulesQuestion,
  runningJobsQuestion,
} from "@/app/(portal)/tenants/[tenant]/machines/actions";
import {
  addClientKeyAction,
  addClientSecretAction,
  cancelClientRehearsalAction,
  cancelClientRotationAction,
  deleteApiClientAction,
  deleteClientCredentialAction,
  disableApiClientAction,
  disableClientCredentialAction,
  editApiClientAction,
  editClientCredentialAction,
  editClientRulesAction,
  enableApiClientAction,
  enableClientCredentialAction,
  endClientRotationAction,
  rehearseClientDeletionAction,
  rotateClientCredentialAction,
} from "@/app/(portal)/tenants/[tenant]/settings/api-clients/actions";
import { tenantTitle } from "@/app/(portal)/tenants/[tenant]/tenant-title";
import { ApiClientPage } from "@/components/api-clients/api-client-page";
import { Live } from "@/components/shell/live";
import { NotForRole } from "@/components/shell/not-allowed";
import { PageHeader } from "@/components/ui/page-header";
import { getApiClient } from "@/lib/api-clients/queries";
import { apiClientSchema } from "@/lib/api-clients/schema";
import { listKeys, listSecrets } from "@/lib/credentials/queries";
import { readRehearsals } from "@/lib/fleet/queries/rehearsed-uses";
import { listRotations } from "@/lib/fleet/queries/rotation-progress";
import { requireTenant } from "@/lib/http/portal/actions";
import { actionsOf } from "@/lib/http/portal/actions-of";
import { getLimits } from "@/lib/limits/queries";
import { pathsOf } from "@/lib/paths";

export const generateMetadata = tenantTitle("API client");

type PageProps = { params: Promise<{ tenant: string; id: string }> };

export default async function Page({ params }: PageProps) {
  const { tenant: slug, id } = await params;
  const { ctx, tenant, version, can } = await requireTenant(slug);
  const paths = pathsOf(tenant.slug);
  const crumbs = [
    { label: tenant.name, href: paths.machines },
    { label: "Settings", href: paths.settings },
    { label: "API client" },
  ];
  if (!can("apiClients.manage")) {
    return (
      <>
        <PageHeader crumbs={crumbs} title="API client" />
        <NotForRole what="see and manage its API clients" backHref={paths.settings} backTo="the settings" />
      </>
    );
  }
  const asked = apiClientSchema.safeParse({ id });
  const client = asked.success ? await getApiClient(ctx, asked.data) : null;
  if (!client) return notFound();
  const of = { machineId: client.id };
  const [secrets, keys, rotations, rehearsals, limits] = await Promise.all([
    listSecrets(ctx, of),
    listKeys(ctx, of),
    listRotations(ctx, of),
    readRehearsals(ctx, of),
    getLimits(ctx),
  ]);
  return (
    <>
      <Live tenantSlug={tenant.slug} version={version} />
      <PageHeader crumbs={crumbs} title={client.name} />
      <ApiClientPage
        tenantSlug={tenant.slug}
        client={client}
        own={{ managesInstallation: ctx.actor.managesInstallation }}
        secrets={secrets}
        keys={keys}
        rotations={rotations}
        rehearsals={rehearsals}
        limits={limits}
        now={ctx.now}
        actions={actionsOf(tenant.slug, {
          save: editApiClientAction,
          disable: disableApiClientAction,
          enable: enableApiClientAction,
          remove: deleteApiClientAction,
          addSecret: addClientSecretAction,
          addKey: addClientKeyAction,
        })}
        onCredential={actionsOf(tenant.slug, {
          askHosts: connectedHostsQuestion,
          askJobs: runningJobsQuestion,
          edit: editClientCredentialAction,
          remove: deleteClientCredentialAction,
          disable: disableClientCredentialAction,
          enable: enableClientCredentialAction,
          rotate: rotateClientCredentialAction,
          cancelRotation: cancelClientRotationAction,
          endRotation: endClientRotationAction,
          rehearse: rehearseClientDeletionAction,
          editRules: editClientRulesAction,
          foreseeRules: foreseeRulesQuestion,
          cancelRehearsal: cancelClientRehearsalAction,
        })}
      />
    </>
  );
}
