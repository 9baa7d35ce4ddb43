"use client";

import { Plus } from "lucide-react";
import { useState } from "react";
import { AddAssetDialog } from "@/components/assets/add-asset-dialog";
import type { AssetActions, NamedMachine } from "@/components/assets/asset-actions";
import { AssetRow, type MachineValue } from "@/components/assets/asset-row";
import { SetValueDialog } from "@/components/assets/set-value-dialog";
import { Empty } from "@/components/shell/empty";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { pageAddress } from "@/components/ui/page-address";
import { PageFooter, type Place } from "@/components/ui/page-footer";
import { type Crumb, PageHeader } from "@/components/ui/page-header";
import { type Column, StackTable } from "@/components/ui/stack-table";
import { useToasts } from "@/components/ui/toast";
import type { AssetView } from "@/lib/assets/schema";

type AssetListProps = {
  crumbs: readonly Crumb[];
  assets: readonly AssetView[];
  place: Place;
  path: string;
  machines: readonly NamedMachine[];
  now: Date;
  canChange: boolean;
  actions: AssetActions;
};

type Asking =
  | { deed: "add" }
  | { deed: "set"; asset: AssetView; machineId: string | undefined }
  | { deed: "removeValue"; asset: AssetView; value: MachineValue }
  | { deed: "remove"; asset: AssetView }
  | null;

const COLUMNS: readonly Column[] = [
  { label: "Name" },
  { label: "Type", className: "w-24" },
  { label: "Value", className: "w-[22%]" },
  { label: "Per machine", className: "w-[26%]" },
  { label: "Changed", className: "w-28" },
];
const ACTIONS: Column = { label: "Actions", className: "w-40", isHidden: true };

export function AssetList(props: AssetListProps) {
  const { crumbs, assets, place, path, machines, now, canChange, actions } = props;
  const [asking, setAsking] = useState<Asking>(null);
  const add = (
    <Button look="primary" onClick={() => setAsking({ deed: "add" })}>
      <Plus aria-hidden size={16} />
      Add asset
    </Button>
  );
  const deedsOf = (asset: AssetView) => ({
    set: (machineId?: string) => setAsking({ deed: "set", asset, machineId }),
    removeValue: (value: MachineValue) => setAsking({ deed: "removeValue", asset, value }),
    remove: () => setAsking({ deed: "remove", asset }),
  });
  return (
    <>
      <PageHeader crumbs={crumbs} title="Assets">
        {canChange && assets.length > 0 ? add : null}
      </PageHeader>
      {assets.length === 0 ? (
        <Empty title="No assets yet" buttons={canChange ? add : null}>
          <p>
            An asset is a named value that robots fetch while they work: an address, a limit, a credential. It
            may have another value for single machines.
          </p>
          {canChange ? null : <p>Ask an administrator of this tenant to add one.</p>}
        </Empty>
      ) : (
        <StackTable label="Assets" columns={canChange ? [...COLUMNS, ACTIONS] : COLUMNS}>
          {assets.map((asset) => (
            <AssetRow key={asset.id} asset={asset} now={now} on={canChange ? deedsOf(asset) : undefined} />
          ))}
        </StackTable>
      )}
      <PageFooter place={place} hrefOf={(page) => pageAddress(path, page)} />
      {asking?.deed === "add" ? <AddAssetDialog add={actions.add} onClose={() => setAsking(null)} /> : null}
      {asking?.deed === "set" ? (
        <SetValueDialog {...asking} machines={machines} set={actions.set} onClose={() => setAsking(null)} />
      ) : null}
      {asking?.deed === "remove" || asking?.deed === "removeValue" ? (
        <RemoveDialog asking={asking} actions={actions} onClose={() => setAsking(null)} />
      ) : null}
    </>
  );
}

type RemoveDialogProps = {
  asking: Extract<Asking, { deed: "remove" | "removeValue" }>;
  actions: AssetActions;
  onClose: () => void;
};

function RemoveDialog({ asking, actions, onClose }: RemoveDialogProps) {
  const toasts = useToasts();
  const { asset } = asking;
  const name = <strong className="font-medium text-ink">{asset.name}</strong>;
  if (asking.deed === "remove") {
    return (
      <ConfirmDialog
        title="Delete this asset?"
        description={<>Robots that ask for {name} from now on find nothing, on every machine.</>}
        verb="Delete"
        run={() => actions.remove({ assetId: asset.id })}
        onDone={() => toasts.add({ title: `${asset.name} deleted.` })}
        onClose={onClose}
      />
    );
  }
  const { machineId, machineName } = asking.value;
  return (
    <ConfirmDialog
      title="Remove this machine’s value?"
      description={
        <>
          Robots of {machineName} that ask for {name} get the value for all machines from now on.
        </>
      }
      verb="Remove"
      run={() => actions.removeMachineValue({ assetId: asset.id, machineId })}
      onDone={() => toasts.add({ title: `The value of ${asset.name} for ${machineName} is removed.` })}
      onClose={onClose}
    />
  );
}
