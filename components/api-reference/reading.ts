import type { Schema } from "@/components/api-reference/documented";

type Member = {
  /** With the way to it: `items[].name`. */
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly says: string;
};

type Parts = {
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
};

const partsOf = (schema: Schema) => schema as Parts;
const choicesOf = ({ anyOf, oneOf }: Parts) => anyOf ?? oneOf;

/** @returns what a value is, in a few words: `text`, `"asc" | "desc"`, `object[] | null` */
export function typeInWords(schema: Schema): string {
  const parts = partsOf(schema);
  const choices = choicesOf(parts);
  if (choices) return [...new Set(choices.map(typeInWords))].join(" | ");
  if (parts.enum) return parts.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (parts.const !== undefined) return JSON.stringify(parts.const);
  if (parts.type === "array") {
    const item = parts.items ? typeInWords(parts.items) : "any";
    return item.includes(" | ") ? `(${item})[]` : `${item}[]`;
  }
  if (Array.isArray(parts.type)) return parts.type.join(" | ");
  return parts.format ?? (typeof parts.type === "string" ? parts.type : "any");
}

function boundsOf({ minimum, maximum, minLength, maxLength, maxItems, default: preset }: Parts): string {
  const said = [
    minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER && `at least ${minimum}`,
    maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER && `at most ${maximum}`,
    minLength !== undefined && minLength > 1 && `at least ${minLength} characters`,
    maxLength !== undefined && `at most ${maxLength} characters`,
    maxItems !== undefined && `at most ${maxItems} of them`,
    preset !== undefined && preset !== "" && `${JSON.stringify(preset)} unless it is given`,
  ];
  return said.filter(Boolean).join(", ");
}

/** @returns what is said of a value beside its type */
export const saysOf = (schema: Schema): string =>
  [partsOf(schema).description, boundsOf(partsOf(schema))].filter(Boolean).join(" · ");

/** @returns every member of an object, and those of the objects in it, each with the way to it */
export function membersOf(schema: Schema, way = ""): readonly Member[] {
  const parts = partsOf(schema);
  const choices = choicesOf(parts);
  if (choices) return choices.flatMap((choice) => membersOf(choice, way));
  if (parts.items) return membersOf(parts.items, `${way}[]`);
  return Object.entries(parts.properties ?? {}).flatMap(([own, member]) => {
    const name = way ? `${way}.${own}` : own;
    const isRequired = parts.required?.includes(own) ?? false;
    return [
      { name, type: typeInWords(member), isRequired, says: saysOf(member) },
      ...membersOf(member, name),
    ];
  });
}

const EXAMPLES: Readonly<Record<string, unknown>> = {
  uuid: "0192f0c1-2222-7000-8000-000000000000",
  "date-time": "2026-01-31T08:30:00.000Z",
  date: "2026-01-31",
  uri: "https://example.com/",
  url: "https://example.com/",
  email: "someone@example.com",
  string: "text",
  integer: 1,
  number: 1,
  boolean: true,
  null: null,
};

/** @returns a value as the schema describes it, made from its types */
export function exampleOf(schema: Schema): unknown {
  const parts = partsOf(schema);
  const first = choicesOf(parts)?.[0];
  if (first) return exampleOf(first);
  if (parts.const !== undefined) return parts.const;
  if (parts.enum) return parts.enum[0];
  if (parts.default !== undefined && parts.default !== null) return parts.default;
  if (parts.properties) {
    const members = Object.entries(parts.properties).filter(([name]) => name !== "secretsShown");
    return Object.fromEntries(members.map(([name, member]) => [name, exampleOf(member)]));
  }
  if (parts.type === "array") return parts.items ? [exampleOf(parts.items)] : [];
  if (parts.type === "object") return {};
  const type = Array.isArray(parts.type) ? parts.type[0] : parts.type;
  const known = EXAMPLES[parts.format ?? ""] ?? EXAMPLES[String(type)] ?? null;
  return typeof known === "number" ? Math.max(parts.minimum ?? known, known) : known;
}
