import { numberedLinks, Pagination } from "@/components/ui/pagination";
import { formatCount, formatRange } from "@/lib/format";

/** Where the rows of a page stand among all. */
export type Place = {
  readonly page: number;
  readonly pageCount: number;
  readonly all: number;
  readonly slice: { readonly take: number };
};

type PageFooterProps = { place: Place; hrefOf: (page: number) => string };

/** Below a list that has more rows than are shown: which these are, and the way to the others. */
export function PageFooter({ place, hrefOf }: PageFooterProps) {
  if (place.pageCount === 1) return null;
  return (
    <div className="flex min-h-14 flex-wrap items-center gap-x-4 gap-y-2 py-2 text-muted">
      <p role="status" className="mr-auto tabular-nums">
        {formatRange(place.page, place.slice.take, place.all)}
      </p>
      <Pagination links={numberedLinks(place.page, place.pageCount, hrefOf)} />
    </div>
  );
}

/** Below a list that ends at a bound: said where it is reached, so that nobody takes a part for the whole. */
export function AtMost({ shown, max, which }: { shown: number; max: number; which: string }) {
  if (shown < max) return null;
  return (
    <p role="status" className="mt-2 text-muted">
      At most {formatCount(max)} are shown: {which}.
    </p>
  );
}
