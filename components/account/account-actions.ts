import type { SecondFactorActions } from "@/components/account/second-factor-actions";
import type { Action } from "@/components/ui/attempt";

/** What people can do to their own account; the page passes the actions in. */
export type AccountActions = SecondFactorActions & {
  readonly changePassword: Action<null>;
  readonly endSignIn: Action<null>;
};
