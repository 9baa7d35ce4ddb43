import type { Action } from "@/components/ui/attempt";

/** What people can do to their own account; the page passes the doors in. */
export type AccountActions = {
  readonly changePassword: Action<null>;
  readonly endSignIn: Action<null>;
};
