import { isDeepStrictEqual } from "node:util";
import type { Fleet, MachineEntry, ProcessEntry, SecretsPlace } from "./file";
import { matched } from "./match";
import type { Limits, MachineRow, Present, PresentMachine, PresentProcess, TokenDefaults } from "./present";
import type { Fault } from "./yaml";

/** A member that has one value and is to have another; `before` is undefined of what is not there yet. */
export type FieldChange = { readonly field: string; readonly before?: unknown; readonly after: unknown };

type MachineDetails = Omit<
  PresentMachine,
  "id" | "kind" | "clientId" | "revision" | "createdAt" | "createdBy" | "isEnabled"
>;
type ProcessDetails = Pick<PresentProcess, "name" | "description" | "runtimeType" | "defaultInput">;

type Shown = { readonly name: string; readonly fields: readonly FieldChange[] };

/** One thing that is to become another. */
export type Change = Shown &
  (
    | { readonly what: "limits"; readonly action: "change"; readonly before: Limits; readonly after: Limits }
    | {
        readonly what: "tokenDefaults";
        readonly action: "change";
        readonly before: TokenDefaults;
        readonly after: TokenDefaults;
      }
    | {
        readonly what: "machine";
        readonly action: "create";
        readonly details: Omit<MachineEntry, "kind"> & { readonly kind: NonNullable<MachineEntry["kind"]> };
        readonly isEnabled: boolean;
        readonly secrets: SecretsPlace;
      }
    | {
        readonly what: "machine";
        readonly action: "change";
        readonly machine: PresentMachine;
        readonly after: MachineDetails;
        readonly isEnabled: boolean;
      }
    | { readonly what: "machine"; readonly action: "delete"; readonly machine: MachineRow }
    | { readonly what: "process"; readonly action: "create"; readonly details: ProcessEntry }
    | {
        readonly what: "process";
        readonly action: "change";
        readonly process: PresentProcess;
        readonly after: ProcessDetails;
      }
    | { readonly what: "process"; readonly action: "delete"; readonly process: PresentProcess }
  );

export type Difference = {
  /** In the order in which they are made. */
  readonly changes: readonly Change[];
  /** What is there and not in the file: it is left alone. */
  readonly others: { readonly machines: readonly string[]; readonly processes: readonly string[] };
  /** What the file wants and cannot have. */
  readonly faults: readonly Fault[];
};

/** @returns the members that the file names and that have another value */
function fieldChanges(before: object, wanted: object): FieldChange[] {
  const there = before as Readonly<Record<string, unknown>>;
  return Object.entries(wanted).flatMap(([field, after]) =>
    after === undefined || isDeepStrictEqual(there[field], after)
      ? []
      : [{ field, before: there[field], after }],
  );
}

const named = (wanted: object): FieldChange[] =>
  Object.entries(wanted).flatMap(([field, after]) => (after === undefined ? [] : [{ field, after }]));

/** @returns what is there, with what the file names in its place */
const merged = <T extends object>(there: T, wanted: object): T => ({
  ...there,
  ...Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined)),
});

/** JSON has no -0, and a program that reads it from a file has. */
const asJson = <T>(value: T): T => (value === undefined ? value : JSON.parse(JSON.stringify(value)));

function detailsOf(machine: PresentMachine): MachineDetails {
  const { id, kind, clientId, revision, createdAt, createdBy, isEnabled, ...details } = machine;
  return details;
}

/** @returns what is shown of a machine that is to be provisioned */
export function shownCreation(
  { name, ...details }: { readonly name: string },
  enabled: boolean,
  secrets: SecretsPlace,
) {
  const fields = named({ ...details, ...(!enabled && { enabled }), secrets });
  return { what: "machine", action: "create", name, fields } as const;
}

function machineChanges(fleet: Fleet, present: Present) {
  const entries = fleet.machines ?? [];
  const { found, others } = matched(entries, present.machines);
  const faults: Fault[] = [];
  const deleted: Change[] = [];
  const changed: Change[] = [];
  for (const [entry, row] of found) {
    const machine = present.details.get(row.id);
    const { previousName, absent, secrets, kind, enabled, ...details } = entry;
    if (absent) deleted.push({ what: "machine", action: "delete", name: row.name, fields: [], machine: row });
    else if (machine) {
      if (kind !== undefined && kind !== machine.kind) {
        const path = ["machines", entries.indexOf(entry), "kind"];
        faults.push({ path, says: `“${row.name}” is a ${machine.kind}, and a machine stays what it is.` });
      }
      const before = detailsOf(machine);
      const isEnabled = enabled ?? machine.isEnabled;
      const fields = fieldChanges(
        { ...before, enabled: machine.isEnabled },
        { ...details, enabled: isEnabled },
      );
      const after = merged(before, details);
      if (fields.length > 0)
        changed.push({
          what: "machine",
          action: "change",
          name: row.name,
          fields,
          machine,
          after,
          isEnabled,
        });
    }
  }
  const created: Change[] = [];
  for (const [index, entry] of entries.entries()) {
    if (found.has(entry) || entry.absent) continue;
    const { previousName, absent, secrets = fleet.secrets, enabled = true, kind, ...rest } = entry;
    const path = ["machines", index];
    if (kind === undefined) {
      faults.push({ path: [...path, "name"], says: `“${entry.name}” is not there yet: say its kind.` });
    } else if (secrets === undefined) {
      const says = `“${entry.name}” is not there yet: say where its secret goes (secrets, here or at the top).`;
      faults.push({ path: [...path, "name"], says });
    } else {
      const details = { ...rest, kind };
      created.push({ ...shownCreation(details, enabled, secrets), details, isEnabled: enabled, secrets });
    }
  }
  return { changes: [...deleted, ...changed, ...created], others: others.map(({ name }) => name), faults };
}

function processChanges(fleet: Fleet, present: Present) {
  const entries = fleet.processes ?? [];
  const { found, others } = matched(entries, present.processes);
  const deleted: Change[] = [];
  const changed: Change[] = [];
  for (const [{ previousName, absent, ...entry }, process] of found) {
    const shown = { what: "process", name: process.name } as const;
    const { name, description, runtimeType, defaultInput } = process;
    const before = { name, description, runtimeType, defaultInput };
    const wanted = { ...entry, defaultInput: asJson(entry.defaultInput) };
    const fields = fieldChanges(before, wanted);
    if (absent) deleted.push({ ...shown, action: "delete", fields: [], process });
    else if (fields.length > 0)
      changed.push({ ...shown, action: "change", fields, process, after: merged(before, wanted) });
  }
  const created = entries.flatMap((entry): Change[] => {
    if (found.has(entry) || entry.absent) return [];
    const { previousName, absent, ...details } = entry;
    const { name, ...rest } = details;
    return [{ what: "process", action: "create", name, fields: named(rest), details }];
  });
  return { changes: [...deleted, ...changed, ...created], others: others.map(({ name }) => name) };
}

function settingsChange<W extends "limits" | "tokenDefaults">(what: W, fleet: Fleet, present: Present) {
  const wanted = fleet[what] ?? {};
  const before = present[what];
  const fields = fieldChanges(before, wanted);
  const change = { what, action: "change", name: what, fields, before, after: merged(before, wanted) };
  return (fields.length > 0 ? [change] : []) as Change[];
}

/**
 * Compares what a file says with what is there. What it does not name is left alone; nothing is deleted that it does not call absent.
 * Limits come first, since they hold for what is provisioned; token defaults last, since they may shut out who applies this.
 */
export function difference(fleet: Fleet, present: Present): Difference {
  const machines = machineChanges(fleet, present);
  const processes = processChanges(fleet, present);
  return {
    changes: [
      ...settingsChange("limits", fleet, present),
      ...machines.changes,
      ...processes.changes,
      ...settingsChange("tokenDefaults", fleet, present),
    ],
    others: { machines: machines.others, processes: processes.others },
    faults: machines.faults,
  };
}

type Mutable<T> = T extends readonly (infer I)[]
  ? Mutable<I>[]
  : T extends object
    ? { -readonly [K in keyof T]: Mutable<T[K]> }
    : T;

/** @returns what was read, as something to send */
export const sent = <T>(value: T): Mutable<T> => value as Mutable<T>;
