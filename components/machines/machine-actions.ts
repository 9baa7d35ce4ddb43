import type { Cut } from "@/components/hosts/disconnected";
import type { ImpactQuestions } from "@/components/hosts/use-connected-hosts";
import type { Action } from "@/components/ui/attempt";

/** What the list and the edit page can do to machines; the page passes the actions in. */
export type MachineActions = ImpactQuestions & {
  readonly enable: Action<unknown>;
  readonly disable: Action<Cut>;
  readonly deleteMachines: Action<Cut & { readonly deleted: number }>;
};

/** As much of a machine as a question about it names. */
export type NamedMachine = { readonly id: string; readonly name: string };

export const LOST_ANSWER = "The server did not answer. Load the page again to see whether it was done.";
