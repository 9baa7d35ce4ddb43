"use client";

import type { LucideIcon } from "lucide-react";
import { usePathname } from "next/navigation";
import type { ReactNode } from "react";
import { classes } from "@/components/ui/classes";
import { Link } from "@/components/ui/link";

type NavLinkProps = {
  href: string;
  /** Below which one is here, too; below `href` unless it is given. */
  inside?: string;
  icon: LucideIcon;
  children: ReactNode;
};

export function NavLink({ href, inside = href, icon: Icon, children }: NavLinkProps) {
  const pathname = usePathname();
  const isHere = [href, inside].includes(pathname) || pathname.startsWith(`${inside}/`);
  return (
    <Link
      href={href}
      aria-current={isHere ? (pathname === href ? "page" : "true") : undefined}
      className={classes(
        "flex h-8 items-center gap-2.5 rounded-control px-2.5 font-medium pointer-coarse:h-10",
        isHere ? "bg-accent-soft text-accent" : "text-muted hover:bg-sunken hover:text-ink",
      )}
    >
      <Icon aria-hidden size={16} />
      {children}
    </Link>
  );
}
