import { disconnectHostAction, removeDeadAction } from "@/app/(portal)/tenants/[tenant]/robots/actions";
import { tenantTitle } from "@/app/(portal)/tenants/[tenant]/tenant-title";
import { RobotList } from "@/components/robots/robot-list";
import { Live } from "@/components/shell/live";
import { requireTenant } from "@/lib/doors/admin";
import { listRobots } from "@/lib/fleet/queries/list-robots";
import { robotListSchema } from "@/lib/sessions/schema";

export const generateMetadata = tenantTitle("Robots");

type RobotsPageProps = {
  params: Promise<{ tenant: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

export default async function RobotsPage({ params, searchParams }: RobotsPageProps) {
  const { ctx, tenant, can } = await requireTenant((await params).tenant);
  const { state } = robotListSchema.parse(await searchParams);
  const home = `/tenants/${tenant.slug}`;
  return (
    <>
      <Live tenantSlug={tenant.slug} />
      <RobotList
        crumbs={[{ label: tenant.name, href: `${home}/machines` }, { label: "Robots" }]}
        robots={await listRobots(ctx, { state })}
        state={state}
        home={home}
        now={ctx.now}
        canChange={can("hosts.disconnect")}
        actions={{
          disconnect: disconnectHostAction.bind(null, tenant.slug),
          removeDead: removeDeadAction.bind(null, tenant.slug),
        }}
      />
    </>
  );
}
