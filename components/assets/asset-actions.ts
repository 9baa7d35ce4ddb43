import type { Action } from "@/components/ui/attempt";

/** What the page can do to assets; the page passes the actions in. */
export type AssetActions = {
  readonly add: Action<unknown>;
  readonly set: Action<unknown>;
  readonly removeMachineValue: Action<unknown>;
  readonly remove: Action<unknown>;
};

export type NamedMachine = { readonly id: string; readonly name: string };

export const LOST =
  "The server did not answer, so it may be saved already. What you typed is still here: look at the list, or try again.";
