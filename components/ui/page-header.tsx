import type { ReactNode } from "react";
import { Link } from "@/components/ui/link";

export type Crumb = { readonly label: string; readonly href?: string };

type PageHeaderProps = { crumbs: readonly Crumb[]; title: ReactNode; children?: ReactNode };

/** Where one is, what it is called, and what one can do here. */
export function PageHeader({ crumbs, title, children }: PageHeaderProps) {
  return (
    <header className="mb-5">
      <nav aria-label="Breadcrumb" className="mb-1.5">
        <ol className="flex flex-wrap items-center gap-x-1.5 text-small text-muted">
          {crumbs.map((crumb, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a machine may be called like its tenant; a crumb's place is what it is
            <li key={index} className="flex max-w-full min-w-0 items-center gap-x-1.5">
              {index > 0 ? <span aria-hidden>›</span> : null}
              <CrumbLabel crumb={crumb} />
            </li>
          ))}
        </ol>
      </nav>
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3">
        <h1
          tabIndex={-1}
          className="min-w-0 text-xl leading-7 font-semibold tracking-title break-words outline-none line-clamp-3"
        >
          {title}
        </h1>
        {children}
      </div>
    </header>
  );
}

function CrumbLabel({ crumb }: { crumb: Crumb }) {
  const look = "block max-w-64 truncate";
  return crumb.href ? (
    <Link href={crumb.href} title={crumb.label} className={`${look} hover:text-ink hover:underline`}>
      {crumb.label}
    </Link>
  ) : (
    <span aria-current="page" title={crumb.label} className={`${look} text-ink`}>
      {crumb.label}
    </span>
  );
}
