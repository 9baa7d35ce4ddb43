import {
  addTenantAction,
  addWebhookAction,
  askWithdrawalAction,
  chooseLeakResponseAction,
  followingHostsQuestion,
  followingJobsQuestion,
  importKeyAction,
  renameTenantAction,
  rotateKeyAction,
  saveLimitsAction,
  saveNotificationsAction,
  saveTokenDefaultsAction,
  withdrawKeyAction,
} from "@/app/(portal)/tenants/[tenant]/settings/actions";
import { makeApiClientAction } from "@/app/(portal)/tenants/[tenant]/settings/api-clients/actions";
import { tenantTitle } from "@/app/(portal)/tenants/[tenant]/tenant-title";
import { ApiClientsSection } from "@/components/api-clients/api-clients-section";
import { NotificationSettings } from "@/components/notifications/notification-settings";
import { SigningKeysSection } from "@/components/signing-keys/signing-keys-section";
import { LeakResponseSection } from "@/components/tenants/leak-response";
import { LimitsSection } from "@/components/tenants/limits";
import { TenantsSection } from "@/components/tenants/tenants-section";
import { TokenDefaultsSection } from "@/components/tenants/token-defaults";
import { PageHeader } from "@/components/ui/page-header";
import { WebhooksSection } from "@/components/webhooks/webhooks-section";
import { listApiClients } from "@/lib/api-clients/queries";
import { requireTenant } from "@/lib/http/portal/actions";
import { actionsOf } from "@/lib/http/portal/actions-of";
import { askedPage, type Search } from "@/lib/http/portal/asked-page";
import { listSigningKeys, signingKeyPolicy } from "@/lib/identity/queries";
import { getLimits } from "@/lib/limits/queries";
import { countMachines } from "@/lib/machines/queries";
import { getKindsOff } from "@/lib/notifications/queries";
import { pathsOf } from "@/lib/paths";
import { countTenants, getLeakResponse, getTokenDefaults, listTenants } from "@/lib/tenants/queries";
import { listWebhooks } from "@/lib/webhooks/queries";

export const generateMetadata = tenantTitle("Settings");

type SettingsPageProps = { params: Promise<{ tenant: string }>; searchParams: Promise<Search> };

export default async function SettingsPage({ params, searchParams }: SettingsPageProps) {
  const { ctx, tenant, tenants, can } = await requireTenant((await params).tenant);
  const place = askedPage(await searchParams, await countTenants(ctx));
  const [defaults, leakResponse, limits, machines, off, webhooks, clients, keys, rows] = await Promise.all([
    getTokenDefaults(ctx),
    getLeakResponse(ctx, tenant.id),
    getLimits(ctx),
    countMachines(ctx),
    getKindsOff(ctx),
    can("tenant.settings") ? listWebhooks(ctx) : [],
    can("apiClients.manage") ? listApiClients(ctx) : [],
    listSigningKeys(ctx),
    listTenants(ctx, place.slice),
  ]);
  return (
    <>
      <PageHeader
        crumbs={[{ label: tenant.name, href: pathsOf(tenant.slug).machines }, { label: "Settings" }]}
        title="Settings"
      />
      <div className="flex flex-col gap-9">
        <TokenDefaultsSection
          defaults={defaults}
          canChange={can("tenant.settings")}
          actions={actionsOf(tenant.slug, {
            save: saveTokenDefaultsAction,
            askHosts: followingHostsQuestion,
            askJobs: followingJobsQuestion,
          })}
        />
        <LimitsSection
          limits={limits}
          machines={machines}
          canChange={can("tenant.settings")}
          save={saveLimitsAction.bind(null, tenant.slug)}
        />
        <NotificationSettings
          off={off}
          canChange={can("tenant.settings")}
          save={saveNotificationsAction.bind(null, tenant.slug)}
        />
        <LeakResponseSection
          response={leakResponse}
          canChange={can("tenant.settings")}
          choose={chooseLeakResponseAction.bind(null, tenant.slug)}
        />
        {can("tenant.settings") ? (
          <WebhooksSection
            tenantSlug={tenant.slug}
            webhooks={webhooks}
            add={addWebhookAction.bind(null, tenant.slug)}
          />
        ) : null}
        {can("apiClients.manage") ? (
          <ApiClientsSection
            tenantSlug={tenant.slug}
            clients={clients}
            canManageInstallation={ctx.actor.managesInstallation}
            make={makeApiClientAction.bind(null, tenant.slug)}
          />
        ) : null}
        <SigningKeysSection
          keys={keys}
          policy={signingKeyPolicy()}
          canChange={ctx.actor.managesInstallation}
          actions={actionsOf(tenant.slug, {
            rotate: rotateKeyAction,
            importKey: importKeyAction,
            askWithdrawal: askWithdrawalAction,
            withdraw: withdrawKeyAction,
          })}
        />
        <TenantsSection
          rows={rows}
          place={place}
          path={pathsOf(tenant.slug).settings}
          own={tenants.map(({ id }) => id)}
          canCreate={ctx.actor.managesInstallation}
          canRename={ctx.actor.managesInstallation || can("tenant.settings")}
          actions={actionsOf(tenant.slug, {
            add: addTenantAction,
            rename: renameTenantAction,
          })}
        />
      </div>
    </>
  );
}
