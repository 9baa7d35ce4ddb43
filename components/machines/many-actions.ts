import type { ManySecret, SecretsAnswer } from "@/components/credentials/secrets-file";
import type { Cut } from "@/components/hosts/disconnected";
import type { NamedMachine } from "@/components/machines/machine-actions";
import type { Action } from "@/components/ui/attempt";
import { formatQuantity } from "@/lib/format";
import type { MachineFilter, MachineListQuery } from "@/lib/machines/schema";
import type { ManyDeed } from "@/lib/workflows/schema";

/** The machines that are ticked, or all that match the list's filters. */
export type ManyChosen = {
  readonly count: number;
  /** Those that are ticked; null where all that match are meant. */
  readonly named: readonly NamedMachine[] | null;
  readonly meant: { readonly machineIds: readonly string[] } | { readonly filter: Partial<MachineFilter> };
};

/** What a deed would cut at this moment, and the token that holds it to that. */
export type ManyPreview = {
  readonly token: string;
  readonly machines: number;
  readonly hosts: { readonly count: number; readonly names: readonly string[] };
  readonly jobs: {
    readonly count: number;
    readonly first: readonly { readonly processName: string; readonly hostName: string }[];
  };
  /** How long the tenant lets a credential live; null is for ever. */
  readonly lifetimeDaysMax: number | null;
};

type Line = {
  readonly name: string;
  readonly problem: { readonly detail: string } | null;
  readonly secret: ManySecret | null;
};

export type SecretsOfMany = {
  readonly results: readonly Line[];
  readonly encrypted: string | null;
  readonly keysLeft?: { readonly count: number };
};

export type ManyActions = {
  readonly preview: Action<ManyPreview>;
  readonly rotateMachines: Action<SecretsOfMany>;
  readonly addSecrets: Action<SecretsOfMany>;
  readonly disableMachines: Action<Cut & { readonly machines: number }>;
  readonly enableMachines: Action<{ readonly machines: number }>;
  readonly deleteMachines: Action<Cut & { readonly deleted: number }>;
};

export type { ManyDeed };

/** @returns what the list is narrowed to, as a deed names it */
export const filterOf = ({ search, type, state, secrets }: MachineListQuery): Partial<MachineFilter> => ({
  search,
  ...(type && { kind: type }),
  ...(state && { state }),
  ...(secrets && { secrets }),
});

/** @returns what is shown and downloaded once */
export const answerOf = ({ results, encrypted, keysLeft }: SecretsOfMany): SecretsAnswer => ({
  secrets: results.flatMap(({ secret }) => secret ?? []),
  problems: results.flatMap(({ name, problem }) => (problem ? [{ name, detail: problem.detail }] : [])),
  encrypted,
  note: keysLeft?.count
    ? `${formatQuantity(keysLeft.count, "live key")} stayed as ${keysLeft.count === 1 ? "it is" : "they are"}: rotate keys on their machines’ pages.`
    : null,
});

/** @returns `Disabled 40 machines; disconnected 12 hosts, stopped 3 jobs.` */
export function doneSentence(done: string, machines: number, cut?: Cut): string {
  const hosts = cut?.disconnectedHosts.length ?? 0;
  const parts = [
    hosts > 0 && `disconnected ${formatQuantity(hosts, "host")}`,
    cut && cut.stoppedJobs > 0 && `stopped ${formatQuantity(cut.stoppedJobs, "job")}`,
  ].filter((part) => part !== false && part !== undefined);
  return `${done} ${formatQuantity(machines, "machine")}${parts.length > 0 ? `; ${parts.join(", ")}` : ""}.`;
}
