import type { Action } from "@/components/ui/attempt";
import type { WithdrawalImpact, WithdrawnKey } from "@/lib/identity/schema";

/** What the section can do to keys; the page passes the actions in. */
export type SigningKeyActions = {
  readonly rotate: Action<{ readonly kid: string }>;
  readonly importKey: Action<{ readonly kid: string; readonly activatesAt: Date | null }>;
  readonly askWithdrawal: Action<WithdrawalImpact>;
  readonly withdraw: Action<WithdrawnKey>;
};
