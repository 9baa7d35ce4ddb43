import type { Cut } from "@/components/hosts/disconnected";
import type { ImpactQuestions } from "@/components/hosts/use-connected-hosts";
import type { Action } from "@/components/ui/attempt";

/** What can be done to one credential, and the questions what a deed would cut. */
export type CredentialActions = ImpactQuestions & {
  readonly edit: Action<null>;
  readonly remove: Action<Cut>;
};
