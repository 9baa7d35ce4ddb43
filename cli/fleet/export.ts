import { Document, visit } from "yaml";
import { quotedText } from "@/cli/console";
import { folded } from "@/lib/fold";
import { FILE_VERSION } from "./file";
import type { Present, PresentMachine, PresentProcess } from "./present";

const COMMENT = `# What latchkey found. Where the secrets of new machines go is to be said here, e.g.:
# secrets:
#   directory: ./secrets
`;

const byName = <T extends { readonly name: string }>(things: readonly T[]): T[] =>
  things.toSorted((one, other) => (folded(one.name) < folded(other.name) ? -1 : 1));

function machineEntry(machine: PresentMachine) {
  const { id, clientId, revision, createdAt, createdBy, isEnabled, name, kind, ...details } = machine;
  return { name, kind, ...details, enabled: isEnabled };
}

const processEntry = ({ name, description, runtimeType, defaultInput }: PresentProcess) => ({
  name,
  description,
  runtimeType,
  defaultInput,
});

/** @returns what is there as the text of a fleet's file: the same for the same, by name. A terminal shows it as it is. */
export function exported({ limits, tokenDefaults, processes, details }: Present): string {
  const fleet = {
    version: FILE_VERSION,
    limits,
    tokenDefaults,
    processes: byName(processes).map(processEntry),
    machines: byName([...details.values()]).map(machineEntry),
  };
  const document = new Document(fleet, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_, scalar) => {
      const { value } = scalar;
      if (typeof value === "string" && quotedText(value) !== value) scalar.type = "QUOTE_DOUBLE";
    },
  });
  return COMMENT + quotedText(document.toString({ lineWidth: 0 }));
}
