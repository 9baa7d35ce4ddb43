import type { Action } from "@/components/ui/attempt";

/** What the page can do to processes; the page passes the actions in. */
export type ProcessActions = {
  readonly add: Action<unknown>;
  readonly edit: Action<unknown>;
  readonly remove: Action<unknown>;
};
