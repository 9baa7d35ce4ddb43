"use client";

import { ChevronDown, Laptop, LayoutTemplate, ListPlus, Plus } from "lucide-react";
import { KIND_LABELS } from "@/components/machines/labels";
import { buttonClass } from "@/components/ui/button";
import { MenuLink, MenuPopup, MenuRoot, MenuTrigger } from "@/components/ui/menu";

export function AddMachineMenu({ newPath, manyPath }: { newPath: string; manyPath: string }) {
  return (
    <MenuRoot>
      <MenuTrigger className={buttonClass({ look: "primary" })}>
        <Plus aria-hidden size={16} />
        Add machine
        <ChevronDown aria-hidden size={14} />
      </MenuTrigger>
      <MenuPopup align="end">
        <MenuLink href={`${newPath}?type=template`} icon={LayoutTemplate}>
          {KIND_LABELS.Template}
        </MenuLink>
        <MenuLink href={`${newPath}?type=standard`} icon={Laptop}>
          {KIND_LABELS.Standard}
        </MenuLink>
        <MenuLink href={manyPath} icon={ListPlus}>
          Many
        </MenuLink>
      </MenuPopup>
    </MenuRoot>
  );
}
