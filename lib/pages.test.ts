import { expect, test } from "vitest";
import { placeOf, ROWS_A_PAGE } from "./pages";

test.each([
  [0, 1, { page: 1, pageCount: 1 }],
  [ROWS_A_PAGE, 1, { page: 1, pageCount: 1 }],
  [ROWS_A_PAGE + 1, 2, { page: 2, pageCount: 2 }],
  [ROWS_A_PAGE + 1, 7, { page: 2, pageCount: 2 }],
])("of %i rows the page %i is at %j", (all, asked, place) => {
  const skip = (place.page - 1) * ROWS_A_PAGE;
  expect(placeOf(all, asked)).toEqual({ ...place, all, slice: { skip, take: ROWS_A_PAGE } });
});
