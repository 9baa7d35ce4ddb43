/** @returns whether a client of ours can be called this: a UUID in lower case (RFC 9562 §4) */
export const mayBeClientId = (claimed: string): boolean =>
  /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/.test(claimed);
