import type { ReactNode } from "react";
import { FindButton, FindIconButton } from "@/components/find/find-button";
import { FindProvider } from "@/components/find/find-provider";
import { Wordmark } from "@/components/shell/mark";
import { NavDrawer } from "@/components/shell/nav-drawer";
import type { Action } from "@/components/ui/attempt";
import type { Found } from "@/lib/fleet/schema";

type ShellProps = {
  sidebar: ReactNode;
  /** Leads to what the person was told. */
  bell: ReactNode;
  tenantName: string;
  tenantSlug: string;
  find: Action<Found>;
  children: ReactNode;
};

/** The frame of the portal: the sidebar stands beside the page on wide screens and comes out of a button on small ones. */
export function Shell({ sidebar, bell, tenantName, tenantSlug, find, children }: ShellProps) {
  return (
    <FindProvider tenantSlug={tenantSlug} find={find}>
      <a
        href="#main"
        className="fixed top-2 left-2 z-20 -translate-y-16 rounded-control bg-accent-solid px-3 py-2 font-medium text-accent-on focus:translate-y-0"
      >
        Skip to content
      </a>
      <div className="lg:grid lg:min-h-dvh lg:grid-cols-[13.5rem_minmax(0,1fr)]">
        <aside aria-label="Sidebar" className="hidden border-r border-line bg-surface lg:block">
          <div className="sticky top-0 flex h-dvh flex-col gap-5 overflow-y-auto p-4">
            <div className="flex items-center justify-between">
              <Wordmark />
              {bell}
            </div>
            <FindButton />
            {sidebar}
          </div>
        </aside>
        <div className="flex min-w-0 flex-col">
          <header className="sticky top-0 z-10 flex h-13 items-center gap-3 border-b border-line bg-surface px-3 lg:hidden">
            <NavDrawer>{sidebar}</NavDrawer>
            <Wordmark />
            <span title={tenantName} className="ml-auto truncate text-muted">
              {tenantName}
            </span>
            <FindIconButton />
            {bell}
          </header>
          <main id="main" tabIndex={-1} className="min-w-0 flex-1 px-4 py-5 outline-none sm:px-6 lg:py-6">
            {children}
          </main>
        </div>
      </div>
    </FindProvider>
  );
}
