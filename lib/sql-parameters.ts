/** What a statement's array may hold. */
type Element = string | number | boolean | Date | Uint8Array | null;

function elementText(element: Element): string {
  if (element === null) return "NULL";
  if (typeof element === "string") {
    return /["\\]/.test(element) ? `"${element.replace(/["\\]/g, "\\$&")}"` : `"${element}"`;
  }
  if (element instanceof Date) return element.toISOString();
  if (typeof element === "object") return `"\\\\x${Buffer.from(element).toString("hex")}"`;
  return String(element);
}

/**
 * A statement's value as PostgreSQL reads it. An array becomes its text (PostgreSQL 8.15.2): `pg` makes the same, with two searches through
 * each element, and of an instant its local time, at several times the price.
 */
export const parameterOf = (value: unknown): unknown =>
  Array.isArray(value) ? `{${(value as Element[]).map(elementText).join(",")}}` : value;
