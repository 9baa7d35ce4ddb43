import {
  addTenantAction,
  askWithdrawalAction,
  followingHostsQuestion,
  followingJobsQuestion,
  importKeyAction,
  renameTenantAction,
  rotateKeyAction,
  saveLimitsAction,
  saveTokenDefaultsAction,
  withdrawKeyAction,
} from "@/app/(portal)/tenants/[tenant]/settings/actions";
import { tenantTitle } from "@/app/(portal)/tenants/[tenant]/tenant-title";
import { SigningKeysSection } from "@/components/signing-keys/signing-keys-section";
import { LimitsSection } from "@/components/tenants/limits";
import { TenantsSection } from "@/components/tenants/tenants-section";
import { TokenDefaultsSection } from "@/components/tenants/token-defaults";
import { PageHeader } from "@/components/ui/page-header";
import { requireTenant } from "@/lib/doors/admin";
import { listSigningKeys, signingKeyPolicy } from "@/lib/identity/queries";
import { getLimits } from "@/lib/limits/queries";
import { getTokenDefaults, listTenants } from "@/lib/tenants/queries";

export const generateMetadata = tenantTitle("Settings");

export default async function SettingsPage({ params }: { params: Promise<{ tenant: string }> }) {
  const { ctx, tenant, tenants, can } = await requireTenant((await params).tenant);
  const [defaults, limits, keys, rows] = await Promise.all([
    getTokenDefaults(ctx),
    getLimits(ctx),
    listSigningKeys(ctx),
    listTenants(ctx),
  ]);
  return (
    <>
      <PageHeader
        crumbs={[{ label: tenant.name, href: `/tenants/${tenant.slug}/machines` }, { label: "Settings" }]}
        title="Settings"
      />
      <div className="flex flex-col gap-9">
        <TokenDefaultsSection
          defaults={defaults}
          canChange={can("tenant.settings")}
          actions={{
            save: saveTokenDefaultsAction.bind(null, tenant.slug),
            askHosts: followingHostsQuestion.bind(null, tenant.slug),
            askJobs: followingJobsQuestion.bind(null, tenant.slug),
          }}
        />
        <LimitsSection
          limits={limits}
          machines={rows.find(({ id }) => id === tenant.id)?.machines ?? 0}
          canChange={can("tenant.settings")}
          save={saveLimitsAction.bind(null, tenant.slug)}
        />
        <SigningKeysSection
          keys={keys}
          policy={signingKeyPolicy()}
          canChange={ctx.actor.managesInstallation}
          actions={{
            rotate: rotateKeyAction.bind(null, tenant.slug),
            importKey: importKeyAction.bind(null, tenant.slug),
            askWithdrawal: askWithdrawalAction.bind(null, tenant.slug),
            withdraw: withdrawKeyAction.bind(null, tenant.slug),
          }}
        />
        <TenantsSection
          rows={rows}
          own={tenants.map(({ id }) => id)}
          canCreate={ctx.actor.managesInstallation}
          canRename={ctx.actor.managesInstallation || can("tenant.settings")}
          actions={{
            add: addTenantAction.bind(null, tenant.slug),
            rename: renameTenantAction.bind(null, tenant.slug),
          }}
        />
      </div>
    </>
  );
}
