import {
  addAssetAction,
  deleteAssetAction,
  removeMachineValueAction,
  setAssetAction,
} from "@/app/(portal)/tenants/[tenant]/assets/actions";
import { tenantTitle } from "@/app/(portal)/tenants/[tenant]/tenant-title";
import { AssetList } from "@/components/assets/asset-list";
import { listAssets } from "@/lib/assets/queries";
import { requireTenant } from "@/lib/doors/admin";
import { listMachineNames } from "@/lib/machines/queries";

export const generateMetadata = tenantTitle("Assets");

export default async function AssetsPage({ params }: { params: Promise<{ tenant: string }> }) {
  const { ctx, tenant, can } = await requireTenant((await params).tenant);
  const canChange = can("assets.edit");
  const [assets, machines] = await Promise.all([listAssets(ctx), canChange ? listMachineNames(ctx) : []]);
  return (
    <AssetList
      crumbs={[{ label: tenant.name, href: `/tenants/${tenant.slug}/machines` }, { label: "Assets" }]}
      assets={assets}
      machines={machines}
      now={ctx.now}
      canChange={canChange}
      actions={{
        add: addAssetAction.bind(null, tenant.slug),
        set: setAssetAction.bind(null, tenant.slug),
        removeMachineValue: removeMachineValueAction.bind(null, tenant.slug),
        remove: deleteAssetAction.bind(null, tenant.slug),
      }}
    />
  );
}
