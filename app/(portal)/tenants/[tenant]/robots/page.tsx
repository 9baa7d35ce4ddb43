import { disconnectHostAction, removeDeadAction } from "@/app/(portal)/tenants/[tenant]/robots/actions";
import { tenantTitle } from "@/app/(portal)/tenants/[tenant]/tenant-title";
import { RobotList } from "@/components/robots/robot-list";
import { Live } from "@/components/shell/live";
import { requireTenant } from "@/lib/doors/admin";
import { listRobots } from "@/lib/fleet/queries/list-robots";

export const generateMetadata = tenantTitle("Robots");

export default async function RobotsPage({ params }: { params: Promise<{ tenant: string }> }) {
  const { ctx, tenant, can } = await requireTenant((await params).tenant);
  const home = `/tenants/${tenant.slug}`;
  return (
    <>
      <Live tenantSlug={tenant.slug} />
      <RobotList
        crumbs={[{ label: tenant.name, href: `${home}/machines` }, { label: "Robots" }]}
        robots={await listRobots(ctx)}
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
