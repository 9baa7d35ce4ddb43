import type { Action } from "@/components/ui/attempt";
import type { SentLink } from "@/lib/users/schema";

/** What the page can do to people; the page passes the actions in. */
export type UserActions = {
  readonly invite: Action<SentLink>;
  readonly revokeInvite: Action<null>;
  readonly changeRole: Action<null>;
  readonly disable: Action<null>;
  readonly enable: Action<null>;
  readonly remove: Action<null>;
  readonly requireSecondFactor: Action<null>;
  readonly shareInstallation: Action<null>;
  readonly makeResetLink: Action<SentLink>;
};
