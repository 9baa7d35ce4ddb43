import { Panel } from "@/components/ui/panel";

const ROWS = Array.from({ length: 8 }, (_, index) => index);

/** The outline of a list page, so that little moves when the real one arrives. */
export function ListSkeleton({ title, hasFilters = false }: { title: string; hasFilters?: boolean }) {
  return (
    <div aria-busy="true">
      <p role="status" className="sr-only">
        Loading {title.toLowerCase()}
      </p>
      <header className="mb-5">
        <div className="mb-1.5 flex h-[1.375rem] items-center">
          <span className="skeleton h-3 w-36" />
        </div>
        <h1 className="flex h-9 items-center text-xl font-semibold tracking-title">{title}</h1>
      </header>
      {hasFilters ? (
        <div className="mb-3 flex gap-2">
          <span className="skeleton h-9 w-44" />
          <span className="skeleton h-9 w-44" />
        </div>
      ) : null}
      <Panel>
        <div className="h-9 border-b border-line" />
        {ROWS.map((row) => (
          <div key={row} className="flex h-12 items-center gap-6 border-b border-line px-4 last:border-b-0">
            <span className="skeleton h-3 flex-1" />
            <span className="skeleton hidden h-3 w-24 md:block" />
            <span className="skeleton hidden h-3 w-32 lg:block" />
            <span className="skeleton h-3 w-16" />
          </div>
        ))}
      </Panel>
    </div>
  );
}
