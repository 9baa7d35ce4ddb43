"use client";

import { Server } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import type { ReactNode } from "react";
import { classes } from "@/components/ui/classes";

export function NavLink({ href, children }: { href: string; children: ReactNode }) {
  const pathname = usePathname();
  const isHere = pathname === href || pathname.startsWith(`${href}/`);
  return (
    <Link
      href={href}
      aria-current={isHere ? (pathname === href ? "page" : "true") : undefined}
      className={classes(
        "flex h-8 items-center gap-2.5 rounded-[4px] px-2.5 font-medium pointer-coarse:h-10",
        isHere ? "bg-accent-soft text-accent" : "text-muted hover:bg-sunken hover:text-ink",
      )}
    >
      <Server aria-hidden size={16} />
      {children}
    </Link>
  );
}
