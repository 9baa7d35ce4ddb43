/** Set by server.ts from the socket, after removing what the client sent under that name. */
const ADDRESS_HEADER = "x-latchkey-address";

/** @returns the network address of whoever sent the request, or null where it is unknown. */
export function callerAddress(headers: Headers): string | null {
  return headers.get(ADDRESS_HEADER);
}
