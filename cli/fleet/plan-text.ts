import { asPlainLine, shortened } from "@/lib/text";
import type { ShownPlan } from "./plan";

const SIGNS: Readonly<Record<string, string>> = { create: "+", change: "~", delete: "-" };
const VALUE_MAX_LENGTH = 200;
const OTHERS_SHOWN = 10;

const valueText = (value: unknown) => shortened(asPlainLine(JSON.stringify(value) ?? ""), VALUE_MAX_LENGTH);

const THINGS: Readonly<Record<string, string>> = {
  limits: "limits",
  tokenDefaults: "token defaults",
  machine: "machine",
  process: "process",
};

type Paint = (heading: string) => string;

function changeText(
  { what, action, name, fields, cuts }: ShownPlan["changes"][number],
  paint: Paint,
): string[] {
  const named = what === "machine" || what === "process" ? ` ${asPlainLine(name)}` : "";
  return [
    paint(`${SIGNS[action]} ${THINGS[what]}${named}`),
    ...fields.map(({ field, before, after }) =>
      before === undefined
        ? `    ${field}: ${valueText(after)}`
        : `    ${field}: ${valueText(before)} → ${valueText(after)}`,
    ),
    ...(fields.some(({ field, after }) => field === "secrets" && after === "none")
      ? ["    its first client secret is shown to nobody and goes nowhere: add one when it is needed"]
      : []),
    ...cuts.hosts.map(({ machine, host }) => asPlainLine(`    disconnects host ${host} of ${machine}`)),
    ...cuts.jobs.map(({ process, host }) => asPlainLine(`    stops job ${process} on ${host}`)),
  ];
}

const counted = (count: number, one: string, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

function othersText(names: readonly string[], one: string, many: string): string[] {
  if (names.length === 0) return [];
  const shown = names.slice(0, OTHERS_SHOWN).map(asPlainLine).join(", ");
  const more = names.length > OTHERS_SHOWN ? ` and ${names.length - OTHERS_SHOWN} more` : "";
  return [`Not in the file, left alone: ${counted(names.length, one, many)}: ${shown}${more}.`];
}

/** @returns a plan for people, of several lines */
export function planText(
  { changes, others, unfinished }: ShownPlan,
  paint: Paint = (heading) => heading,
): string {
  const of = (action: string) => changes.filter((change) => change.action === action).length;
  const hosts = changes.reduce((sum, { cuts }) => sum + cuts.hosts.length, 0);
  const jobs = changes.reduce((sum, { cuts }) => sum + cuts.jobs.length, 0);
  const cuts =
    hosts + jobs === 0
      ? "It cuts nobody."
      : `It disconnects ${counted(hosts, "host")} and stops ${counted(jobs, "job")}.`;
  const summary =
    changes.length === 0
      ? "Nothing to change: everything is as the file says."
      : `${of("create")} to create, ${of("change")} to change, ${of("delete")} to delete. ${cuts}`;
  const left = unfinished.map(({ name }) => asPlainLine(name)).join(", ");
  return [
    ...(unfinished.length > 0
      ? [
          `Left by an apply that was stopped, and finished first: ${counted(unfinished.length, "machine")}: ${left}.`,
        ]
      : []),
    ...changes.flatMap((change) => changeText(change, paint)),
    ...othersText(others.machines, "machine", "machines"),
    ...othersText(others.processes, "process", "processes"),
    summary,
  ].join("\n");
}
