"use client";

import { Pencil, Trash2, X } from "lucide-react";
import { AssetValue } from "@/components/assets/asset-value";
import { TYPE_LABELS } from "@/components/assets/labels";
import { Button } from "@/components/ui/button";
import { StackCell, StackRow, Under } from "@/components/ui/stack-table";
import { Ago } from "@/components/ui/time";
import type { AssetView } from "@/lib/assets/schema";

export type MachineValue = AssetView["machineValues"][number];

type AssetRowProps = {
  asset: AssetView;
  now: Date;
  /** Without it there is nothing to press. */
  on?:
    | {
        readonly set: (machineId?: string) => void;
        readonly removeValue: (value: MachineValue) => void;
        readonly remove: () => void;
      }
    | undefined;
};

export function AssetRow({ asset, now, on }: AssetRowProps) {
  const nameId = `asset-${asset.id}`;
  return (
    <StackRow>
      <StackCell>
        <span id={nameId} className="font-medium">
          {asset.name}
        </span>
        {asset.description ? <Under>{asset.description}</Under> : null}
      </StackCell>
      <StackCell label="Type" className="text-muted">
        {TYPE_LABELS[asset.type]}
      </StackCell>
      <StackCell label="Value">
        <AssetValue value={asset.value} />
      </StackCell>
      <StackCell label="Per machine" isEmpty={asset.machineValues.length === 0}>
        <ul className="flex flex-col gap-1">
          {asset.machineValues.map((own) => (
            <li key={own.machineId} className="flex items-start justify-between gap-2">
              <span className="min-w-0">
                <span className="block text-small leading-5 text-muted">{own.machineName}</span>
                <AssetValue value={own.value} />
              </span>
              {on ? (
                <span className="flex shrink-0">
                  <Button
                    size="icon"
                    look="quiet"
                    aria-label={`Set the value for ${own.machineName}`}
                    title="Set value"
                    aria-describedby={nameId}
                    onClick={() => on.set(own.machineId)}
                  >
                    <Pencil aria-hidden size={14} />
                  </Button>
                  <Button
                    size="icon"
                    look="quiet"
                    aria-label={`Remove the value for ${own.machineName}`}
                    title="Remove"
                    aria-describedby={nameId}
                    onClick={() => on.removeValue(own)}
                  >
                    <X aria-hidden size={15} />
                  </Button>
                </span>
              ) : null}
            </li>
          ))}
        </ul>
      </StackCell>
      <StackCell label="Changed" className="text-muted">
        <Ago at={asset.updatedAt} now={now} />
      </StackCell>
      {on ? (
        <StackCell className="@3xl:py-1.5">
          <span className="flex items-center gap-1 @3xl:justify-end">
            <Button size="sm" aria-describedby={nameId} onClick={() => on.set()}>
              <Pencil aria-hidden size={13} />
              Set value
            </Button>
            <Button
              size="icon"
              look="quiet"
              aria-label="Delete"
              title="Delete"
              aria-describedby={nameId}
              onClick={on.remove}
            >
              <Trash2 aria-hidden size={15} />
            </Button>
          </span>
        </StackCell>
      ) : null}
    </StackRow>
  );
}
