/** A part of an ordered list; all of it where nothing is said. It may begin behind a place, which stays where it is whatever is added or deleted. */
export type Slice<Place = undefined> = {
  readonly skip?: number;
  readonly take?: number;
  readonly after?: Place | undefined;
};

/** So far rows are counted. A count beyond it is this and one, whatever the number, and is said as "more than". */
export const COUNTED_MAX = 10_000;

/** How many rows of a list stand on one page. */
export const ROWS_A_PAGE = 100;

/** Which page of how many, and of how many rows. */
export type Place = {
  readonly page: number;
  readonly pageCount: number;
  readonly all: number;
  readonly slice: Required<Omit<Slice, "after">>;
};

/** @returns the place of the page that is asked for; of the last one where there are fewer */
export function placeOf(all: number, asked: number): Place {
  const pageCount = Math.max(1, Math.ceil(all / ROWS_A_PAGE));
  const page = Math.min(asked, pageCount);
  return { page, pageCount, all, slice: { skip: (page - 1) * ROWS_A_PAGE, take: ROWS_A_PAGE } };
}

/** Which page an address asks for: by a row it begins behind or ends before, or by its number from the first page or the last. */
export type AskedPage<Cursor> = {
  readonly page: number;
  readonly fromEnd?: number | undefined;
  readonly after?: Cursor | undefined;
  readonly before?: Cursor | undefined;
};

/** Which rows of an ordered list to read. */
export type Part<Cursor> = {
  /** Those behind this place, in the direction of reading. */
  readonly beyond?: Cursor | undefined;
  /** Read from the end of the list to its beginning; the rows are given in the order of the list all the same. */
  readonly isBackwards: boolean;
  readonly skip: number;
};

/** The page's number, from the first one or from the last, which is 1; the other is null. */
export type PageNumber = { readonly page: number | null; readonly fromEnd: number | null };

/**
 * A page that begins at a row repeats none and leaves none out, whatever was added or deleted meanwhile. One behind the last one is the last.
 * @param pageCount null where there are too many to be counted
 * @param take how many rows a page has
 * @param read gives a part of the list, at most `take` rows
 */
export async function readPage<Row, Cursor>(
  asked: AskedPage<Cursor>,
  pageCount: number | null,
  take: number,
  read: (part: Part<Cursor>) => Promise<Row[]>,
): Promise<PageNumber & { readonly rows: Row[] }> {
  const numbered = async (page: number) => ({
    rows: await read({ isBackwards: false, skip: (page - 1) * take }),
    page,
    fromEnd: null,
  });
  const last = async () =>
    pageCount === null
      ? { rows: await read({ isBackwards: true, skip: 0 }), page: null, fromEnd: 1 }
      : numbered(pageCount);
  const place: PageNumber = asked.fromEnd
    ? { page: null, fromEnd: asked.fromEnd }
    : { page: Math.min(asked.page, pageCount ?? asked.page), fromEnd: null };
  const { before, after } = asked;
  if (before !== undefined) {
    const rows = await read({ beyond: before, isBackwards: true, skip: 0 });
    return rows.length === take ? { rows, ...place } : numbered(1);
  }
  if (after === undefined && place.page === null) return last();
  const rows =
    after === undefined
      ? (await numbered(place.page ?? 1)).rows
      : await read({ beyond: after, isBackwards: false, skip: 0 });
  return rows.length > 0 || place.page === 1 ? { rows, ...place } : last();
}
