"use client";

import { Building, KeyRound, MoreHorizontal, UserCheck, UserCog, UserMinus, UserX } from "lucide-react";
import { buttonClass } from "@/components/ui/button";
import { MenuItem, MenuPopup, MenuRoot, MenuSeparator, MenuTrigger } from "@/components/ui/menu";
import type { PersonRow } from "@/lib/users/schema";

export type UserDeed = "changeRole" | "shareInstallation" | "disable" | "enable" | "remove" | "makeResetLink";

type UserMenuProps = {
  person: PersonRow;
  canShareInstallation: boolean;
  describedBy: string;
  onAsk: (deed: UserDeed) => void;
};

/** What can be done to a person. Nobody shuts themselves out here: for that there is always somebody else. */
export function UserMenu({ person, canShareInstallation, describedBy, onAsk }: UserMenuProps) {
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
        <MenuItem icon={UserCog} onClick={() => onAsk("changeRole")}>
          Change role
        </MenuItem>
        {canShareInstallation ? (
          <MenuItem icon={Building} onClick={() => onAsk("shareInstallation")}>
            {person.managesInstallation
              ? "Take the installation from them"
              : "Let them manage the installation"}
          </MenuItem>
        ) : null}
        {person.isYou ? null : (
          <>
            <MenuItem icon={KeyRound} onClick={() => onAsk("makeResetLink")}>
              Make a reset link
            </MenuItem>
            {person.isDisabled ? (
              <MenuItem icon={UserCheck} onClick={() => onAsk("enable")}>
                Enable
              </MenuItem>
            ) : (
              <MenuItem icon={UserX} onClick={() => onAsk("disable")}>
                Disable
              </MenuItem>
            )}
            <MenuSeparator />
            <MenuItem icon={UserMinus} isDanger onClick={() => onAsk("remove")}>
              Remove from tenant
            </MenuItem>
          </>
        )}
      </MenuPopup>
    </MenuRoot>
  );
}
