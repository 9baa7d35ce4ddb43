/** Set by server.ts from the socket and the request line, after removing what the client sent under these names. */
const ADDRESS_HEADER = "x-latchkey-address";
const TARGET_HEADER = "x-latchkey-target";

/** @returns the network address of whoever sent the request, or null where it is unknown. */
export function callerAddress(headers: Headers): string | null {
  return headers.get(ADDRESS_HEADER);
}

/** @returns path and query that were asked for, as a person would type them; "/" where that is unknown. */
export function askedAddress(headers: Headers): string {
  const target = new URL(headers.get(TARGET_HEADER) ?? "/", "http://latchkey.invalid");
  // Next.js marks its own fetches of a page's data with this.
  target.searchParams.delete("_rsc");
  return target.pathname + target.search;
}
