"use client";

import {
  CirclePause,
  CirclePlay,
  FlaskConical,
  type LucideIcon,
  MoreHorizontal,
  RefreshCw,
  ShieldCheck,
} from "lucide-react";
import type { CredentialDeed } from "@/components/credentials/credential-actions";
import { buttonClass } from "@/components/ui/button";
import { createMenuHandle, MenuItem, MenuPopup, MenuRoot, MenuTrigger } from "@/components/ui/menu";
import { credentialState } from "@/lib/credentials/rules";
import type { CredentialState, CredentialView } from "@/lib/credentials/schema";

type Item = {
  readonly deed: CredentialDeed;
  readonly label: string;
  readonly icon: LucideIcon;
  readonly states: readonly CredentialState[];
};

/** What can be done to a credential in which state, beside editing and deleting it. */
const ITEMS: readonly Item[] = [
  { deed: "rotate", label: "Rotate…", icon: RefreshCw, states: ["Live"] },
  { deed: "rules", label: "Rules of use…", icon: ShieldCheck, states: ["Live", "Disabled"] },
  { deed: "disable", label: "Disable…", icon: CirclePause, states: ["Live"] },
  { deed: "rehearse", label: "Rehearse deletion…", icon: FlaskConical, states: ["Live"] },
  { deed: "enable", label: "Enable…", icon: CirclePlay, states: ["Disabled"] },
];

const itemsOf = (row: CredentialView, now: Date) =>
  ITEMS.filter(({ states }) => states.includes(credentialState(row, now)));

/** One menu serves all rows of a table. */
export const createCredentialMenu = createMenuHandle<CredentialView>;
export type CredentialMenuHandle = ReturnType<typeof createCredentialMenu>;

type TriggerProps = { handle: CredentialMenuHandle; row: CredentialView; now: Date; describedBy: string };

export function CredentialMenuTrigger({ handle, row, now, describedBy }: TriggerProps) {
  if (itemsOf(row, now).length === 0) return null;
  return (
    <MenuTrigger
      handle={handle}
      payload={row}
      id={`more-${row.id}`}
      aria-label="More"
      aria-describedby={describedBy}
      title="More"
      className={buttonClass(
        { look: "quiet", size: "icon" },
        "size-7 align-middle data-popup-open:bg-sunken",
      )}
    >
      <MoreHorizontal aria-hidden size={16} />
    </MenuTrigger>
  );
}

type MenuProps = {
  handle: CredentialMenuHandle;
  now: Date;
  onAsk: (deed: CredentialDeed, row: CredentialView) => void;
};

export function CredentialMenu({ handle, now, onAsk }: MenuProps) {
  return (
    <MenuRoot handle={handle}>
      {({ payload: row }) => (
        <MenuPopup align="end">
          {row
            ? itemsOf(row, now).map(({ deed, label, icon }) => (
                <MenuItem key={deed} icon={icon} onClick={() => onAsk(deed, row)}>
                  {label}
                </MenuItem>
              ))
            : null}
        </MenuPopup>
      )}
    </MenuRoot>
  );
}
