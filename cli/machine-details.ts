import { type Command, Option } from "commander";
import { z } from "zod";
import { provisionMachineSchema } from "@/lib/machines/schema";

type Shape = {
  readonly type?: string | readonly string[];
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Shape[];
  readonly items?: Shape;
};

/** What the members of a machine look like as JSON, which a column of a file and an option are named after. */
const SHAPES = z.toJSONSchema(provisionMachineSchema, { io: "input", unrepresentable: "any" })
  .properties as Readonly<Record<string, Shape>>;

/** The members that a machine can be given. */
export const MEMBERS: readonly string[] = Object.keys(SHAPES);

const kindsOf = ({ type = [], anyOf = [] }: Shape): readonly string[] =>
  [type, ...anyOf.map(kindsOf)].flat(2);
const wordsOf = ({ enum: words, anyOf, items }: Shape): readonly string[] =>
  words ?? items?.enum ?? (anyOf ?? []).flatMap(wordsOf);

/** What stands for null: what the tenant says. */
const DEFAULT = "default";

/**
 * @param text as it was typed
 * @returns what is sent; what cannot be read goes as it is, for the schema has the sentence about it
 */
export function typedValue(member: string, text: string): unknown {
  const kinds = kindsOf(SHAPES[member] ?? {});
  if (kinds.includes("array"))
    return text
      .split(/[;,]/)
      .map((each) => each.trim())
      .filter((each) => each !== "");
  if (kinds.includes("null") && text === DEFAULT) return null;
  if (kinds.some((kind) => kind === "number" || kind === "integer"))
    return /^-?\d+$/.test(text) ? Number(text) : text;
  if (kinds.includes("boolean"))
    return { true: true, yes: true, false: false, no: false }[text.toLowerCase()] ?? text;
  return text;
}

const flagOf = (member: string) => member.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function optionOf(member: string): Option {
  const shape = SHAPES[member] ?? {};
  const kinds = kindsOf(shape);
  const says = [
    member === "kind" && "Template unless it is said",
    wordsOf(shape).join(", "),
    kinds.includes("array") && "several: a,b",
    kinds.includes("boolean") && "yes, no",
    kinds.includes("null") && `${DEFAULT}: what the tenant says`,
  ].filter(Boolean);
  return new Option(`--${flagOf(member)} <value>`, says.join("; ")).argParser((text) =>
    typedValue(member, text),
  );
}

/** Adds an option for each of the members of a machine. */
export function withDetails(command: Command, without: readonly string[]): Command {
  for (const member of MEMBERS) if (!without.includes(member)) command.addOption(optionOf(member));
  return command;
}

/** @returns the members that options name */
export const detailsIn = (options: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(options).filter(([name]) => MEMBERS.includes(name)));
