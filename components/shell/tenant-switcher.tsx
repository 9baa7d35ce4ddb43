"use client";

import { Building2, ChevronsUpDown } from "lucide-react";
import { MenuGroup, MenuLabel, MenuLink, MenuPopup, MenuRoot, MenuTrigger } from "@/components/ui/menu";
import { pathsOf } from "@/lib/paths";
import type { TenantView } from "@/lib/tenants/schema";

type TenantSwitcherProps = { tenant: TenantView; tenants: readonly TenantView[] };

export function TenantSwitcher({ tenant, tenants }: TenantSwitcherProps) {
  return (
    <MenuRoot>
      <MenuTrigger className="flex h-10 w-full items-center gap-2.5 rounded-control border border-line bg-raised px-2.5 text-left hover:border-edge">
        <Building2 aria-hidden size={16} className="shrink-0 text-muted" />
        <span className="sr-only">Tenant: </span>
        <span title={tenant.name} className="min-w-0 flex-1 truncate font-medium">
          {tenant.name}
        </span>
        <ChevronsUpDown aria-hidden size={14} className="shrink-0 text-muted" />
      </MenuTrigger>
      <MenuPopup className="min-w-(--anchor-width)">
        <MenuGroup>
          <MenuLabel>{tenants.length > 1 ? "Go to another tenant" : "Your only tenant"}</MenuLabel>
          {tenants.map((each) => (
            <MenuLink
              key={each.id}
              href={pathsOf(each.slug).machines}
              {...(each.id === tenant.id && { "aria-current": "true" as const })}
            >
              <span className="block truncate">{each.name}</span>
            </MenuLink>
          ))}
        </MenuGroup>
      </MenuPopup>
    </MenuRoot>
  );
}
