"use client";

import { CircleUser, LogOut, Monitor, Moon, Sun, UserRound } from "lucide-react";
import { useState } from "react";
import { THEME_CHOICES, type ThemeChoice } from "@/components/shell/theme-choice";
import {
  MenuGroup,
  MenuItem,
  MenuLabel,
  MenuLink,
  MenuPopup,
  MenuRadioGroup,
  MenuRadioItem,
  MenuRoot,
  MenuSeparator,
  MenuTrigger,
} from "@/components/ui/menu";
import type { Role } from "@/lib/roles";

const THEMES = {
  light: { label: "Light", icon: Sun },
  dark: { label: "Dark", icon: Moon },
  system: { label: "System", icon: Monitor },
} as const;

type AccountMenuProps = {
  email: string;
  role: Role;
  accountPath: string;
  theme: ThemeChoice;
  saveTheme: (choice: ThemeChoice) => Promise<void>;
  signOut: () => Promise<void>;
};

export function AccountMenu({ email, role, accountPath, theme, saveTheme, signOut }: AccountMenuProps) {
  const [chosen, setChosen] = useState(theme);
  const choose = (choice: ThemeChoice) => {
    setChosen(choice);
    if (choice === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = choice;
    // The page already shows the choice; when keeping it fails, it lasts until the next reload.
    saveTheme(choice).catch(() => {});
  };
  return (
    <MenuRoot>
      <MenuTrigger className="-mx-1.5 flex items-center gap-2.5 rounded-control px-2.5 py-1.5 text-left hover:bg-sunken">
        <CircleUser aria-hidden size={18} className="shrink-0 text-muted" />
        <span className="sr-only">Account: </span>
        <span className="min-w-0 flex-1">
          <span title={email} className="block truncate leading-5">
            {email}
          </span>
          <span className="block text-xs leading-4 text-muted">{role}</span>
        </span>
      </MenuTrigger>
      <MenuPopup className="min-w-(--anchor-width)">
        <MenuRadioGroup value={chosen} onValueChange={choose}>
          <MenuLabel>Theme</MenuLabel>
          {THEME_CHOICES.map((choice) => (
            <MenuRadioItem key={choice} value={choice} icon={THEMES[choice].icon}>
              {THEMES[choice].label}
            </MenuRadioItem>
          ))}
        </MenuRadioGroup>
        <MenuSeparator />
        <MenuGroup>
          <MenuLink icon={UserRound} href={accountPath}>
            Your account
          </MenuLink>
          <MenuItem icon={LogOut} onClick={signOut}>
            Sign out
          </MenuItem>
        </MenuGroup>
      </MenuPopup>
    </MenuRoot>
  );
}
