import {
  addAssetAction,
  deleteAssetAction,
  removeMachineValueAction,
  setAssetAction,
} from "@/app/(portal)/tenants/[tenant]/assets/actions";
import { tenantTitle } from "@/app/(portal)/tenants/[tenant]/tenant-title";
import { AssetList } from "@/components/assets/asset-list";
import { countAssets, listAssets } from "@/lib/assets/queries";
import { requireTenant } from "@/lib/http/portal/actions";
import { actionsOf } from "@/lib/http/portal/actions-of";
import { askedPage, type Search } from "@/lib/http/portal/asked-page";
import { listMachineNames } from "@/lib/machines/queries";
import { pathsOf } from "@/lib/paths";

export const generateMetadata = tenantTitle("Assets");

type AssetsPageProps = { params: Promise<{ tenant: string }>; searchParams: Promise<Search> };

export default async function AssetsPage({ params, searchParams }: AssetsPageProps) {
  const { ctx, tenant, can } = await requireTenant((await params).tenant);
  const canChange = can("assets.edit");
  const paths = pathsOf(tenant.slug);
  const place = askedPage(await searchParams, await countAssets(ctx));
  const [assets, machines] = await Promise.all([
    listAssets(ctx, place.slice),
    canChange ? listMachineNames(ctx) : [],
  ]);
  return (
    <AssetList
      crumbs={[{ label: tenant.name, href: paths.machines }, { label: "Assets" }]}
      assets={assets}
      place={place}
      path={paths.assets}
      machines={machines}
      now={ctx.now}
      canChange={canChange}
      actions={actionsOf(tenant.slug, {
        add: addAssetAction,
        set: setAssetAction,
        removeMachineValue: removeMachineValueAction,
        remove: deleteAssetAction,
      })}
    />
  );
}
