import type { Ctx } from "@/lib/ctx";
import type { Slice } from "@/lib/pages";

type Page<Place> = { readonly limit: number; readonly cursor?: Place | undefined };

/**
 * @param cursorOf the place of a row, as it stands in an address
 * @returns the question of a page that begins behind a row
 */
export const paged =
  <Row, Place>(list: (ctx: Ctx, slice: Slice<Place>) => Promise<Row[]>, cursorOf: (row: Row) => string) =>
  async (ctx: Ctx, { limit, cursor }: Page<Place>) => {
    const rows = await list(ctx, { take: limit + 1, after: cursor });
    const items = rows.slice(0, limit);
    const last = rows.length > limit ? items.at(-1) : undefined;
    return { items, next: last === undefined ? null : cursorOf(last) };
  };
