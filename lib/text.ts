/**
 * Control characters (line breaks too), halves of characters, and those that turn the direction of writing: with them one name looks like another, and the
 * sentence around it says something else (Unicode Standard Annex 9).
 */
const NOT_IN_A_LINE = /[\p{Cc}\p{Cs}\u2028\u2029\u202A-\u202E\u2066-\u2069]+/gu;
const NOT_IN_A_TEXT = /[^\P{Cc}\n\t\r]/u;

/** @returns whether PostgreSQL can keep it: no NUL, no lone surrogate */
export const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes("\0");

/** @returns whether it may be a name, a label or anything else of one line */
export const isPlainLine = (text: string): boolean => text.search(NOT_IN_A_LINE) === -1;

/** @returns whether it may be a value or a text of several lines: no control characters but tab and line breaks */
export const isPlainText = (text: string): boolean => text.isWellFormed() && !NOT_IN_A_TEXT.test(text);

/** @returns whether it holds a client secret, or enough of one: such a text stands in no address and is kept nowhere */
export const looksLikeSecret = (text: string): boolean => /lks_[0-9A-Za-z_]{16,}/.test(text);

/** @returns the text as one line: what may not stand in one is a space */
export const asPlainLine = (text: string): string => text.replace(NOT_IN_A_LINE, " ");

/** @returns the text, cut to so many characters with an ellipsis as the last where it is longer */
export function shortened(text: string, max: number): string {
  const characters = [...text];
  return characters.length > max ? `${characters.slice(0, max - 1).join("")}…` : text;
}
