import { z } from "zod";
import type { Refusal } from "@/lib/errors";
import { folded } from "@/lib/fold";
import { shortened } from "@/lib/text";
import {
  type ChosenMachines,
  type MachineKind,
  type MachineLine,
  NAME_MAX_LENGTH,
  type ProvisionMachineInput,
  provisionMachineSchema,
  type RowProblem,
} from "./schema";

/** Names are compared, not shown, in this form: the same whatever the case or the Unicode spelling. */
export function nameKey(name: string): string {
  return folded(name);
}

/** A standard machine is one named host; a template serves any. */
export function servesHost(
  machine: { readonly kind: MachineKind; readonly name: string },
  hostName: string,
): boolean {
  return machine.kind === "Template" || nameKey(machine.name) === nameKey(hostName);
}

/** Up to so many named machines are cut as quickly as one, and wait for no change of many. */
const FEW_MAX = 100;

/** @returns whether a deed on these machines may take long */
export const areMany = ({ machineIds }: Pick<ChosenMachines, "machineIds">): boolean =>
  machineIds === undefined || machineIds.length > FEW_MAX;

const ROW = z.strictObject(provisionMachineSchema.shape);

const namedIn = (row: unknown): string => {
  const name: unknown = typeof row === "object" && row !== null ? Reflect.get(row, "name") : null;
  return typeof name === "string" ? shortened(name.trim(), NAME_MAX_LENGTH) : "";
};

/** A row that somebody wrote, and the machine that it says; null where it says none. */
export type ReadLine = MachineLine & { readonly input: ProvisionMachineInput | null };

/** Reads one of many machines that are to be provisioned. What is wrong with it is its problem, and nobody else's. */
export function readMachine(row: unknown, index: number): ReadLine {
  const { data: input = null, error } = ROW.safeParse(row);
  const [issue] = error?.issues ?? [];
  const field = issue?.path.join(".") || null;
  const problem = issue ? { code: "invalid" as const, field, detail: issue.message } : null;
  return { index, name: input?.name ?? namedIn(row), problem, input };
}

/** @returns everything that is wrong with one of many by itself */
export const problemsIn = (row: unknown): { readonly field: string; readonly detail: string }[] =>
  (ROW.safeParse(row).error?.issues ?? []).map(({ path, message }) => ({
    field: path.join("."),
    detail: message,
  }));

/** @returns a refusal as what is said of one of many */
export const problemOf = ({ code, field, message }: Refusal): RowProblem => ({
  code: code as RowProblem["code"],
  field: field ?? null,
  detail: message,
});
