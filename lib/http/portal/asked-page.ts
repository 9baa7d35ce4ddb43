import { z } from "zod";
import { type Place, placeOf } from "@/lib/pages";

const pageSchema = z.coerce.number().int().min(1).max(100_000).catch(1);

/** What an address says behind `?`. */
export type Search = Readonly<Record<string, string | string[] | undefined>>;

/** @returns the page that `?page=` asks for of a list of so many rows; the first where it says nothing readable, the last where it is behind it */
export const askedPage = (search: Search, all: number): Place => placeOf(all, pageSchema.parse(search.page));
