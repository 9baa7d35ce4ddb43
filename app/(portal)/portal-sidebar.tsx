"use client";

import type { ComponentProps } from "react";
import { Sidebar } from "@/components/shell/sidebar";
import { signOutAndLeave } from "./sign-out";

type PortalSidebarProps = Omit<ComponentProps<typeof Sidebar>, "signOut">;

/** The sidebar with next-auth's sign-out, which runs in the browser. */
export function PortalSidebar(props: PortalSidebarProps) {
  return <Sidebar {...props} signOut={signOutAndLeave} />;
}
