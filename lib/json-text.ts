/**
 * How deep a value may be nested. Other programs stop at 64 by default (System.Text.Json), with what is put around it; ours
 * would run out of stack at some thousands.
 */
export const JSON_MAX_DEPTH = 60;

/** Why a JSON text is not taken as it stands. */
export type JsonFault = {
  /** Names and indexes, from the outside in; only the first where it is nested too deep. */
  readonly path: readonly string[];
  readonly detail: string;
};

/** RFC 8259 §6. */
const NUMBER = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;
/** A number without exponent and of up to 15 digits is always kept. */
const MAY_CHANGE = /\d[eE]|[\d.]{16}/;

const TOO_DEEP = `is nested more than ${JSON_MAX_DEPTH} deep`;
const CHANGES = "is a number that would be changed on its way (RFC 8259 §6): write it as a string";

/** @returns the number in one spelling for each value */
function exact(number: string): string {
  const [, sign, whole = "", fraction = "", exponent = "0"] = NUMBER.exec(number) ?? [];
  const digits = (whole + fraction).replace(/^0+/, "");
  let end = digits.length;
  while (digits[end - 1] === "0") end -= 1;
  if (end === 0) return "0";
  return `${sign}${digits.slice(0, end)}e${Number(exponent) - fraction.length + digits.length - end}`;
}

export const isJsonNumber = (text: string): boolean => NUMBER.test(text);

/** @returns whether a number of JSON is the same after JSON.parse: 9007199254740993 and 1e400 are not */
export const isKept = (number: string): boolean =>
  !MAY_CHANGE.test(number) || exact(String(Number(number))) === exact(number);

function endOfString(text: string, start: number): number {
  let end = start + 1;
  while (text[end] !== '"') end += text[end] === "\\" ? 2 : 1;
  return end;
}

function endOfNumber(text: string, start: number): number {
  let end = start;
  while (/[-+.\deE]/.test(text[end + 1] ?? "")) end += 1;
  return end;
}

const readable = (path: readonly (string | number)[]) =>
  path.map((step) => (typeof step === "number" ? String(step) : String(JSON.parse(step))));

/**
 * Looks for what would not get through: nesting that other programs refuse, at which it stops, and numbers that JSON.parse
 * changes. It does not recurse, and is through with a short text at once.
 * @param text that JSON.parse accepts
 * @param maxDepth more for a text that is put around such a value
 */
export function* jsonFaults(text: string, maxDepth = JSON_MAX_DEPTH): Generator<JsonFault> {
  if (text.length <= 2 * maxDepth && !MAY_CHANGE.test(text)) return;
  /** Where it is: an index, or a name as it is written. */
  const path: (string | number)[] = [];
  let isNameNext = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? "";
    const inner = path.length - 1;
    const place = path[inner];
    if (character === '"') {
      const end = endOfString(text, at);
      if (isNameNext) path[inner] = text.slice(at, end + 1);
      isNameNext = false;
      at = end;
    } else if (character === ",") {
      if (typeof place === "number") path[inner] = place + 1;
      else isNameNext = true;
    } else if (character === "{" || character === "[") {
      if (path.length === maxDepth) return yield { path: readable(path.slice(0, 1)), detail: TOO_DEEP };
      path.push(character === "[" ? 0 : '""');
      isNameNext = character === "{";
    } else if (character === "}" || character === "]") {
      path.pop();
      isNameNext = false;
    } else if (character === "-" || (character >= "0" && character <= "9")) {
      const end = endOfNumber(text, at);
      if (!isKept(text.slice(at, end + 1))) yield { path: readable(path), detail: CHANGES };
      at = end;
    }
  }
}

/** Reads JSON that a person typed. @returns the value as it stands there, or what is wrong with it */
export function readJson(
  text: string,
): { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, message: "This is not JSON. Strings and names need double quotes." };
  }
  const [fault] = jsonFaults(text);
  if (!fault) return { ok: true, value };
  return { ok: false, message: `${fault.path.join(".") || "This"} ${fault.detail}.` };
}
