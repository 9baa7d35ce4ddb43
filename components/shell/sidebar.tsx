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
import { pathsOf } from "@/lib/paths";
import type { TenantView } from "@/lib/tenants/schema";

const PLACES = [
  { label: "Machines", page: "machines", icon: Server },
  { label: "Robots", page: "robots", icon: Bot },
  { label: "Jobs", page: "jobs", icon: ListChecks },
  { label: "Processes", page: "processes", icon: Workflow },
  { label: "Assets", page: "assets", icon: Package },
  { label: "Users", page: "users", icon: Users },
  { label: "Audit", page: "audit", icon: ScrollText },
  { label: "Settings", page: "settings", icon: Settings },
] as const;

type SidebarProps = {
  tenant: TenantView;
  tenants: readonly TenantView[];
  email: string;
  managesPeople: boolean;
  theme: ThemeChoice;
  saveTheme: (choice: ThemeChoice) => Promise<void>;
  signOut: () => Promise<void>;
  /** Which Latchkey this is. */
  version: string;
};

export function Sidebar(props: SidebarProps) {
  const { tenant, tenants, email, managesPeople, theme, saveTheme, signOut, version } = props;
  const paths = pathsOf(tenant.slug);
  return (
    <>
      <TenantSwitcher tenant={tenant} tenants={tenants} />
      <nav aria-labelledby="nav-tenant" className="flex-1">
        <h2 id="nav-tenant" className="px-2.5 pb-1.5 text-xs font-medium text-muted">
          Tenant
        </h2>
        <ul>
          <li>
            <NavLink href={paths.overview} inside={paths.activity} icon={LayoutDashboard}>
              Overview
            </NavLink>
          </li>
          {PLACES.filter(({ page }) => page !== "users" || managesPeople).map(({ label, page, icon }) => (
            <li key={page}>
              <NavLink href={paths[page]} icon={icon}>
                {label}
              </NavLink>
            </li>
          ))}
        </ul>
      </nav>
      <AccountMenu
        email={email}
        role={tenant.role}
        accountPath={paths.account}
        theme={theme}
        saveTheme={saveTheme}
        signOut={signOut}
      />
      <p className="mt-2 px-1 text-xs text-muted">{version}</p>
    </>
  );
}
