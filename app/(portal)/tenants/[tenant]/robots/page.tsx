import { disconnectHostAction, removeDeadAction } from "@/app/(portal)/tenants/[tenant]/robots/actions";
import { tenantTitle } from "@/app/(portal)/tenants/[tenant]/tenant-title";
import { RobotList } from "@/components/hosts/robot-list";
import { Live } from "@/components/shell/live";
import { listRobots } from "@/lib/fleet/queries/list-robots";
import { countHosts } from "@/lib/fleet/queries/overview";
import { requireTenant } from "@/lib/http/portal/actions";
import { actionsOf } from "@/lib/http/portal/actions-of";
import { askedPage, type Search } from "@/lib/http/portal/asked-page";
import { pathsOf } from "@/lib/paths";
import { robotListSchema } from "@/lib/sessions/schema";

export const generateMetadata = tenantTitle("Robots");

type RobotsPageProps = {
  params: Promise<{ tenant: string }>;
  searchParams: Promise<Search>;
};

export default async function RobotsPage({ params, searchParams }: RobotsPageProps) {
  const { ctx, tenant, version, can } = await requireTenant((await params).tenant);
  const search = await searchParams;
  const { state, host } = robotListSchema.parse(search);
  const counts = await countHosts(ctx, undefined, host);
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const place = askedPage(search, state === undefined ? all : counts[state]);
  return (
    <>
      <Live tenantSlug={tenant.slug} version={version} />
      <RobotList
        crumbs={[{ label: tenant.name, href: pathsOf(tenant.slug).machines }, { label: "Robots" }]}
        robots={await listRobots(ctx, { state, host, ...place.slice })}
        counts={counts}
        place={place}
        state={state}
        host={host}
        tenantSlug={tenant.slug}
        now={ctx.now}
        canChange={can("hosts.disconnect")}
        actions={actionsOf(tenant.slug, {
          disconnect: disconnectHostAction,
          removeDead: removeDeadAction,
        })}
      />
    </>
  );
}
