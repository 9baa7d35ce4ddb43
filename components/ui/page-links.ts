import type { PageLinks } from "@/components/ui/pagination";

/** A page of a list that may be too long to be counted. */
export type KeyedPage = {
  readonly page: number | null;
  readonly fromEnd: number | null;
  readonly pageCount: number | null;
  readonly rows: readonly unknown[];
  /** Its first and its last row, as the addresses of the pages beside it name them. */
  readonly before: string | null;
  readonly after: string | null;
};

type Change = {
  readonly page?: number;
  readonly fromEnd?: number;
  readonly after?: string;
  readonly before?: string;
};

/** @returns the addresses of the pages around one: those beside it begin at its rows, those far away are found by number */
export function keyedLinks(list: KeyedPage, pageSize: number, hrefOf: (change: Change) => string): PageLinks {
  const { page, pageCount, rows } = list;
  const to = (change: Change | null) => change && hrefOf(change);
  const before = list.before === null ? {} : { before: list.before };
  const after = list.after === null ? {} : { after: list.after };
  if (page === null) {
    const at = list.fromEnd ?? 1;
    return {
      first: to({}),
      previous: to({ fromEnd: at + 1, ...before }),
      next: to(at === 1 ? null : at === 2 ? { fromEnd: 1 } : { fromEnd: at - 1, ...after }),
      last: to(at === 1 ? null : { fromEnd: 1 }),
    };
  }
  const isLast = pageCount === null ? rows.length < pageSize : page >= pageCount;
  return {
    first: to(page === 1 ? null : {}),
    previous: to(page === 1 ? null : page === 2 ? {} : { page: page - 1, ...before }),
    next: to(isLast ? null : { page: page + 1, ...after }),
    last: to(isLast ? null : pageCount === null ? { fromEnd: 1 } : { page: pageCount }),
  };
}
