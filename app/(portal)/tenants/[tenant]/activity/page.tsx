import { tenantTitle } from "@/app/(portal)/tenants/[tenant]/tenant-title";
import { ActivityFilters } from "@/components/activity/activity-filters";
import { ActivityList } from "@/components/activity/activity-list";
import { PageHeader } from "@/components/ui/page-header";
import { keptDays } from "@/lib/activity/queries";
import { activityListSchema } from "@/lib/activity/schema";
import { readActivity } from "@/lib/fleet/queries/read-activity";
import { requireTenant } from "@/lib/http/portal/actions";
import { findMachineName } from "@/lib/machines/queries";
import { pathsOf } from "@/lib/paths";

export const generateMetadata = tenantTitle("Sign-in activity");

type ActivityPageProps = {
  params: Promise<{ tenant: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

export default async function ActivityPage({ params, searchParams }: ActivityPageProps) {
  const { ctx, tenant } = await requireTenant((await params).tenant);
  const query = activityListSchema.parse(await searchParams);
  const { machine: machineId, outcome, period } = query;
  const [list, machineName] = await Promise.all([
    readActivity(ctx, query),
    machineId === undefined ? null : findMachineName(ctx, { machineId }),
  ]);
  const paths = pathsOf(tenant.slug);
  const days = keptDays(ctx);
  return (
    <>
      <PageHeader
        crumbs={[
          { label: tenant.name, href: paths.machines },
          { label: "Overview", href: paths.overview },
          { label: "Sign-in activity" },
        ]}
        title="Sign-in activity"
      />
      <p className="-mt-3 mb-4 max-w-2xl text-muted">
        {days === 0
          ? "This installation does not record what robots ask of the token endpoint."
          : `What robots asked of the token endpoint as machines of this tenant, kept for ${days} days. Why a request was refused is said here and in the log only, never to who asked.`}
      </p>
      <ActivityFilters query={query} path={paths.activity} machineName={machineName} />
      <ActivityList
        list={list}
        query={{ outcome, machine: machineId, period }}
        path={paths.activity}
        tenantSlug={tenant.slug}
        isOfOne={false}
        empty="No token request matches."
      />
    </>
  );
}
