import type { Ctx } from "@/lib/ctx";
import type { Slice } from "@/lib/pages";

/** @returns the question of a page for a short list that is read by number of rows */
export const sliced =
  <Row>(list: (ctx: Ctx, slice: Slice) => Promise<Row[]>) =>
  async (ctx: Ctx, { limit, cursor }: { readonly limit: number; readonly cursor: number }) => {
    const items = await list(ctx, { skip: cursor, take: limit });
    return { items, next: items.length < limit ? null : String(cursor + limit) };
  };
