import { ChevronFirst, ChevronLast, ChevronLeft, ChevronRight, type LucideIcon } from "lucide-react";
import { buttonClass } from "@/components/ui/button";
import { Link } from "@/components/ui/link";

type PaginationProps = {
  page: number;
  pageCount: number;
  /** The address of a page. */
  hrefOf: (page: number) => string;
};

export function Pagination({ page, pageCount, hrefOf }: PaginationProps) {
  return (
    <nav aria-label="Pages" className="flex items-center gap-1">
      <Step label="First page" to={1} isHere={page === 1} icon={ChevronFirst} hrefOf={hrefOf} />
      <Step label="Previous page" to={page - 1} isHere={page === 1} icon={ChevronLeft} hrefOf={hrefOf} />
      <Step label="Next page" to={page + 1} isHere={page >= pageCount} icon={ChevronRight} hrefOf={hrefOf} />
      <Step label="Last page" to={pageCount} isHere={page >= pageCount} icon={ChevronLast} hrefOf={hrefOf} />
    </nav>
  );
}

type StepProps = {
  label: string;
  to: number;
  isHere: boolean;
  icon: LucideIcon;
  hrefOf: PaginationProps["hrefOf"];
};

function Step({ label, to, isHere, icon: Icon, hrefOf }: StepProps) {
  const icon = <Icon aria-hidden size={16} />;
  const look = buttonClass({ look: "secondary", size: "icon" }, isHere ? "opacity-45" : undefined);
  return isHere ? (
    <span aria-hidden className={look}>
      {icon}
    </span>
  ) : (
    <Link href={hrefOf(to)} prefetch={false} scroll={false} aria-label={label} className={look}>
      {icon}
    </Link>
  );
}
