"use client";

import { CirclePause, CirclePlay, Copy, Eye, Pencil, Trash2 } from "lucide-react";
import { buttonClass } from "@/components/ui/button";
import {
  createMenuHandle,
  MenuItem,
  MenuLink,
  MenuPopup,
  MenuRoot,
  MenuSeparator,
} from "@/components/ui/menu";
import type { MachineRow } from "@/lib/machines/schema";

/** One menu serves all rows: a hundred closed menus would make the list slow to start. */
export const createMachineMenu = createMenuHandle<MachineRow>;
export type MachineMenuHandle = ReturnType<typeof createMachineMenu>;

export const machineMenuTrigger = buttonClass(
  { look: "quiet", size: "icon" },
  "data-popup-open:bg-sunken data-popup-open:text-ink",
);

type MachineMenuProps = {
  handle: MachineMenuHandle;
  hrefOf: (row: MachineRow) => string;
  canChange: boolean;
  onCopy: (row: MachineRow) => void;
  onEnable: (row: MachineRow) => void;
  onDisable: (row: MachineRow) => void;
  onDelete: (row: MachineRow) => void;
};

export function MachineMenu({ handle, hrefOf, canChange, ...on }: MachineMenuProps) {
  return (
    <MenuRoot handle={handle}>
      {({ payload: row }) => (
        <MenuPopup align="end">
          {row ? (
            <>
              <MenuLink href={hrefOf(row)} icon={canChange ? Pencil : Eye}>
                {canChange ? "Edit Machine" : "View machine"}
              </MenuLink>
              <MenuItem icon={Copy} onClick={() => on.onCopy(row)}>
                Copy client ID
              </MenuItem>
            </>
          ) : null}
          {row && canChange ? (
            <>
              {row.isEnabled ? (
                <MenuItem icon={CirclePause} onClick={() => on.onDisable(row)}>
                  Disable
                </MenuItem>
              ) : (
                <MenuItem icon={CirclePlay} onClick={() => on.onEnable(row)}>
                  Enable
                </MenuItem>
              )}
              <MenuSeparator />
              <MenuItem icon={Trash2} isDanger onClick={() => on.onDelete(row)}>
                Delete
              </MenuItem>
            </>
          ) : null}
        </MenuPopup>
      )}
    </MenuRoot>
  );
}
