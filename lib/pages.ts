/** A part of an ordered list; all of it where nothing is said. */
export type Slice = { readonly skip?: number; readonly take?: number };

/** So far rows are counted. A count beyond it is this and one, whatever the number, and is said as "more than". */
export const COUNTED_MAX = 10_000;

/** How many rows of a list stand on one page. */
export const ROWS_A_PAGE = 100;

/** Which page of how many, and of how many rows. */
export type Place = {
  readonly page: number;
  readonly pageCount: number;
  readonly all: number;
  readonly slice: Required<Slice>;
};

/** @returns the place of the page that is asked for; of the last one where there are fewer */
export function placeOf(all: number, asked: number): Place {
  const pageCount = Math.max(1, Math.ceil(all / ROWS_A_PAGE));
  const page = Math.min(asked, pageCount);
  return { page, pageCount, all, slice: { skip: (page - 1) * ROWS_A_PAGE, take: ROWS_A_PAGE } };
}
