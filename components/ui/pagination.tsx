import { ChevronFirst, ChevronLast, ChevronLeft, ChevronRight, type LucideIcon } from "lucide-react";
import { buttonClass } from "@/components/ui/button";
import { Link } from "@/components/ui/link";

/** The addresses of the pages around one; null where that is this page, or there is none. */
export type PageLinks = {
  readonly first: string | null;
  readonly previous: string | null;
  readonly next: string | null;
  readonly last: string | null;
};

/** @returns the same for pages that are counted and found by their number */
export function numberedLinks(page: number, pageCount: number, hrefOf: (page: number) => string): PageLinks {
  const isLast = page >= pageCount;
  return {
    first: page === 1 ? null : hrefOf(1),
    previous: page === 1 ? null : hrefOf(page - 1),
    next: isLast ? null : hrefOf(page + 1),
    last: isLast ? null : hrefOf(pageCount),
  };
}

export function Pagination({ links }: { links: PageLinks }) {
  return (
    <nav aria-label="Pages" className="flex items-center gap-1">
      <Step label="First page" href={links.first} icon={ChevronFirst} />
      <Step label="Previous page" href={links.previous} icon={ChevronLeft} />
      <Step label="Next page" href={links.next} icon={ChevronRight} />
      <Step label="Last page" href={links.last} icon={ChevronLast} />
    </nav>
  );
}

function Step({ label, href, icon: Icon }: { label: string; href: string | null; icon: LucideIcon }) {
  const icon = <Icon aria-hidden size={16} />;
  const look = buttonClass({ look: "secondary", size: "icon" }, href === null ? "opacity-45" : undefined);
  return href === null ? (
    <span aria-hidden className={look}>
      {icon}
    </span>
  ) : (
    <Link href={href} prefetch={false} scroll={false} aria-label={label} className={look}>
      {icon}
    </Link>
  );
}
