import {
  Bot,
  LayoutDashboard,
  ListChecks,
  Package,
  ScrollText,
  Server,
  Settings,
  Users,
  Workflow,
} from "lucide-react";
import { AccountMenu } from "@/components/shell/account-menu";
import { NavLink } from "@/components/shell/nav-link";
import { TenantSwitcher } from "@/components/shell/tenant-switcher";
import type { ThemeChoice } from "@/components/shell/theme-choice";
import type { TenantView } from "@/lib/tenants/schema";

const PLACES = [
  { label: "Machines", path: "machines", icon: Server },
  { label: "Robots", path: "robots", icon: Bot },
  { label: "Jobs", path: "jobs", icon: ListChecks },
  { label: "Processes", path: "processes", icon: Workflow },
  { label: "Assets", path: "assets", icon: Package },
  { label: "Users", path: "users", icon: Users },
  { label: "Audit", path: "audit", icon: ScrollText },
  { label: "Settings", path: "settings", icon: Settings },
] as const;

type SidebarProps = {
  tenant: TenantView;
  tenants: readonly TenantView[];
  email: string;
  managesPeople: boolean;
  theme: ThemeChoice;
  saveTheme: (choice: ThemeChoice) => Promise<void>;
  signOut: () => Promise<void>;
};

export function Sidebar({ tenant, tenants, email, managesPeople, theme, saveTheme, signOut }: SidebarProps) {
  const home = `/tenants/${tenant.slug}`;
  return (
    <>
      <TenantSwitcher tenant={tenant} tenants={tenants} />
      <nav aria-labelledby="nav-tenant" className="flex-1">
        <h2 id="nav-tenant" className="px-2.5 pb-1.5 text-xs font-medium text-muted">
          Tenant
        </h2>
        <ul>
          <li>
            <NavLink href={home} inside={`${home}/activity`} icon={LayoutDashboard}>
              Overview
            </NavLink>
          </li>
          {PLACES.filter(({ path }) => path !== "users" || managesPeople).map(({ label, path, icon }) => (
            <li key={path}>
              <NavLink href={`${home}/${path}`} icon={icon}>
                {label}
              </NavLink>
            </li>
          ))}
        </ul>
      </nav>
      <AccountMenu
        email={email}
        role={tenant.role}
        accountPath={`${home}/account`}
        theme={theme}
        saveTheme={saveTheme}
        signOut={signOut}
      />
    </>
  );
}
