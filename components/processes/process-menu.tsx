"use client";

import { MoreHorizontal, Pencil, Trash2 } from "lucide-react";
import { buttonClass } from "@/components/ui/button";
import { MenuItem, MenuPopup, MenuRoot, MenuSeparator, MenuTrigger } from "@/components/ui/menu";

type ProcessMenuProps = { describedBy: string; onEdit: () => void; onDelete: () => void };

export function ProcessMenu({ describedBy, onEdit, onDelete }: ProcessMenuProps) {
  return (
    <MenuRoot>
      <MenuTrigger
        aria-label="More Actions"
        aria-describedby={describedBy}
        title="More Actions"
        className={buttonClass({ look: "quiet", size: "icon" }, "data-popup-open:bg-sunken")}
      >
        <MoreHorizontal aria-hidden size={17} />
      </MenuTrigger>
      <MenuPopup align="end">
        <MenuItem icon={Pencil} onClick={onEdit}>
          Edit
        </MenuItem>
        <MenuSeparator />
        <MenuItem icon={Trash2} isDanger onClick={onDelete}>
          Delete
        </MenuItem>
      </MenuPopup>
    </MenuRoot>
  );
}
