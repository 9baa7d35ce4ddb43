/**
 * The form in which names are compared, never shown: the same whatever the case, the Unicode spelling and the space around.
 * Upper and lower case are not enough by themselves: capitals of `ß` are `SS`, and `Σ` has two small letters.
 */
export function folded(text: string): string {
  // Trimmed last: some compatibility forms begin with a space.
  return text.normalize("NFKC").toLowerCase().toUpperCase().toLowerCase().normalize("NFKC").trim();
}

/**
 * The form of a password that is hashed and compared, however a keyboard composes its letters and spaces: RFC 8265 §4.2.2, the
 * OpaqueString profile.
 */
export function opaqueString(password: string): string {
  return password.replaceAll(/\p{Zs}/gu, " ").normalize("NFC");
}
