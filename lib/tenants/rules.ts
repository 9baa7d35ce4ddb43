import { SLUG_MAX_LENGTH } from "./schema";

/**
 * Suggests an address for a tenant of that name.
 * @returns lower-case letters, digits and hyphens, at most 63; nothing when the name has no letter that could stand there
 */
export function slugFrom(name: string): string {
  const words = name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/ß/g, "ss")
    .replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9]+/g, "-");
  return words.replace(/^-/, "").slice(0, SLUG_MAX_LENGTH).replace(/-$/, "");
}
