"use client";

import { signOut } from "next-auth/react";
import type { ComponentProps } from "react";
import { Sidebar } from "@/components/shell/sidebar";

type PortalSidebarProps = Omit<ComponentProps<typeof Sidebar>, "signOut">;

/** The sidebar with next-auth's sign-out, which runs in the browser. */
export function PortalSidebar(props: PortalSidebarProps) {
  return <Sidebar {...props} signOut={() => signOut({ callbackUrl: "/sign-in" })} />;
}
