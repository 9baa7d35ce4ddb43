import { z } from "zod";
import { addProcess } from "@/lib/admin-api/contract/processes";
import { folded } from "@/lib/fold";
import { limitsSchema } from "@/lib/limits/schema";
import { provisionMachineSchema } from "@/lib/machines/schema";
import { looksLikeSecret } from "@/lib/text";
import { tokenDefaultsSchema } from "@/lib/token-policy/schema";
import { type Fault, type Path, readYaml, type YamlFile } from "./yaml";

type WithoutDefaults<S> = { [N in keyof S]: S[N] extends z.ZodDefault<infer I> ? I : S[N] };

/** @returns the same members, of which those that nobody names stay unnamed */
const withoutDefaults = <S extends z.ZodRawShape>(shape: S): WithoutDefaults<S> =>
  Object.fromEntries(
    Object.entries(shape).map(([name, schema]) => [
      name,
      schema instanceof z.ZodDefault ? schema.unwrap() : schema,
    ]),
  ) as WithoutDefaults<S>;

/** Where the secrets of machines go that are provisioned. */
const secretsSchema = z.union(
  [
    z.literal("none"),
    z.strictObject({ directory: z.string().min(1).max(4096) }),
    z.strictObject({ command: z.array(z.string().min(1).max(4096)).min(1).max(100) }),
  ],
  "It is none, a directory, or a command as a list of words.",
);

const machineMembers = z.object(withoutDefaults(provisionMachineSchema.shape)).partial().shape;
const processMembers = z.object(withoutDefaults(addProcess.body.shape)).partial().shape;

/** What an entry of either list may say beside its details. */
const entry = <N extends z.ZodType>(name: N) => ({
  name,
  /** What it is called now, where it is to have another name. */
  previousName: name.optional(),
  /** It is deleted. */
  absent: z.literal(true, "It is true, or left out.").optional(),
});

const machine = z.strictObject({
  ...machineMembers,
  ...entry(provisionMachineSchema.shape.name),
  enabled: z.boolean().optional(),
  secrets: secretsSchema.optional(),
});

const process = z.strictObject({ ...processMembers, ...entry(addProcess.body.shape.name) });

export const FILE_VERSION = 1;

const fleetSchema = z.strictObject({
  version: z.literal(FILE_VERSION, `It is ${FILE_VERSION}, the version that this latchkey reads.`),
  secrets: secretsSchema.optional(),
  limits: limitsSchema.partial().strict().optional(),
  tokenDefaults: tokenDefaultsSchema.partial().strict().optional(),
  processes: z.array(process).optional(),
  machines: z.array(machine).optional(),
});

export type SecretsPlace = z.output<typeof secretsSchema>;
export type MachineEntry = z.output<typeof machine>;
export type ProcessEntry = z.output<typeof process>;

/** A fleet as its file says. What it does not name is undefined. */
export type Fleet = z.output<typeof fleetSchema>;

export type FleetFile = { readonly fleet: Fleet; readonly refuse: YamlFile["refuse"] };

function faultsOf(issue: z.core.$ZodIssue): Fault[] {
  const { path } = issue;
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({
      path: [...path, key],
      isName: true,
      says: `There is no member “${key}” here.`,
    }));
  if (issue.input === undefined && path.length > 0)
    return [{ path, says: `“${String(path.at(-1))}” is missing.` }];
  if (issue.code === "invalid_type" && issue.expected === "string")
    return [{ path, says: "This is text: write it in quotes." }];
  return [{ path, says: issue.message }];
}

type Entry = {
  readonly name: string;
  readonly previousName?: string | undefined;
  readonly absent?: true | undefined;
};

/** Names stand for one thing each, whatever the case. */
function* entryFaults(list: string, entries: readonly Entry[]): Generator<Fault> {
  const [names, previousNames] = [new Set<string>(), new Set<string>()];
  for (const [index, { name, previousName, absent, ...rest }] of entries.entries()) {
    const path: Path = [list, index];
    if (names.has(folded(name))) yield { path: [...path, "name"], says: `“${name}” stands here twice.` };
    names.add(folded(name));
    if (previousName !== undefined && previousNames.has(folded(previousName)))
      yield { path: [...path, "previousName"], says: `“${previousName}” cannot become two.` };
    if (previousName !== undefined) previousNames.add(folded(previousName));
    const more = Object.keys(rest)[0] ?? (previousName === undefined ? undefined : "previousName");
    if (absent && more !== undefined)
      yield { path: [...path, more], says: "What is absent has a name, and nothing else." };
  }
}

/**
 * Reads a fleet's file.
 * @param name the file, as it is named in what is said
 * @throws CommandEnd `usage`, everything that is wrong with file, line and column
 */
export function readFleet(text: string, name: string): FleetFile {
  const { value, refuse } = readYaml(text, name);
  if (looksLikeSecret(text))
    refuse([
      { path: [], says: "It holds a client secret. Take it out, and rotate it: others may have read it." },
    ]);
  const parsed = fleetSchema.safeParse(value, { reportInput: true });
  if (!parsed.success) return refuse(parsed.error.issues.flatMap(faultsOf));
  const { machines = [], processes = [] } = parsed.data;
  const faults = [...entryFaults("machines", machines), ...entryFaults("processes", processes)];
  if (faults.length > 0) refuse(faults);
  return { fleet: parsed.data, refuse };
}
