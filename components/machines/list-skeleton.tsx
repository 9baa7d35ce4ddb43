import { Panel } from "@/components/ui/panel";

const ROWS = Array.from({ length: 12 }, (_, index) => index);

/** The list's outline, with the heights of the real one, so that nothing moves when it arrives. */
export function ListSkeleton() {
  return (
    <div aria-busy="true">
      <p role="status" className="sr-only">
        Loading machines
      </p>
      <header className="mb-5">
        <div className="mb-1.5 flex h-[1.375rem] items-center">
          <span className="skeleton h-3 w-36" />
        </div>
        <div className="flex h-9 items-center justify-between">
          <h1 className="text-xl leading-7 font-semibold tracking-title">Machines</h1>
          <span className="skeleton h-9 w-40" />
        </div>
      </header>
      <div className="grid grid-cols-2 gap-2 sm:flex">
        <span className="skeleton col-span-2 h-9 sm:w-80" />
        <span className="skeleton h-9 sm:w-44" />
        <span className="skeleton h-9 sm:w-36" />
      </div>
      <Panel className="mt-3">
        <div className="h-9 border-b border-line" />
        {ROWS.map((row) => (
          <div key={row} className="flex h-10 items-center gap-6 border-b border-line px-3 last:border-b-0">
            <span className="skeleton size-[18px]" />
            <span className="skeleton h-3 flex-1" />
            <span className="skeleton hidden h-3 w-20 md:block" />
            <span className="skeleton hidden h-3 w-32 lg:block" />
            <span className="skeleton h-3 w-10" />
          </div>
        ))}
      </Panel>
    </div>
  );
}
