import { tenantTitle } from "@/app/(portal)/tenants/[tenant]/tenant-title";
import { NothingYet } from "@/components/overview/nothing-yet";
import { Overview } from "@/components/overview/overview";
import { Live } from "@/components/shell/live";
import { PageHeader } from "@/components/ui/page-header";
import { chartActivity, keptDays } from "@/lib/activity/queries";
import { activityPeriodSchema } from "@/lib/activity/schema";
import { readAttention } from "@/lib/fleet/queries/attention";
import { readOverview } from "@/lib/fleet/queries/overview";
import { requireTenant } from "@/lib/http/portal/actions";
import { pathsOf } from "@/lib/paths";

export const generateMetadata = tenantTitle("Overview");

type OverviewPageProps = {
  params: Promise<{ tenant: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

export default async function OverviewPage({ params, searchParams }: OverviewPageProps) {
  const { ctx, tenant, version, can } = await requireTenant((await params).tenant);
  const { period } = activityPeriodSchema.parse(await searchParams);
  const [figures, attention, bins] = await Promise.all([
    readOverview(ctx),
    readAttention(ctx),
    chartActivity(ctx, { period }),
  ]);
  const paths = pathsOf(tenant.slug);
  return (
    <>
      <Live tenantSlug={tenant.slug} version={version} />
      <PageHeader
        crumbs={[{ label: tenant.name, href: paths.machines }, { label: "Overview" }]}
        title="Overview"
      />
      {figures.machines === 0 ? (
        <NothingYet tenantSlug={tenant.slug} canChange={can("machines.provision")} />
      ) : (
        <Overview
          figures={figures}
          attention={attention}
          now={ctx.now}
          bins={bins}
          period={period}
          keptDays={keptDays(ctx)}
          tenantSlug={tenant.slug}
        />
      )}
    </>
  );
}
