import type { RefObject } from "react";
import type { Cut } from "@/components/hosts/disconnected";
import type { ImpactQuestions } from "@/components/hosts/use-connected-hosts";
import type { RotationActions } from "@/components/rotations/rotation-actions";
import type { Action } from "@/components/ui/attempt";
import type { CredentialKind, CredentialView } from "@/lib/credentials/schema";
import type { ForeseenRules } from "@/lib/fleet/schema";
import type { Limits } from "@/lib/limits/schema";

/** What can be done to one credential, and the questions what a deed would cut. */
export type CredentialActions = ImpactQuestions &
  RotationActions & {
    readonly edit: Action<null>;
    readonly disable: Action<Cut>;
    readonly enable: Action<null>;
    readonly rehearse: Action<null>;
    readonly remove: Action<Cut>;
    readonly editRules: Action<null>;
    readonly foreseeRules: Action<ForeseenRules>;
  };

/** What is asked of one credential. */
export type CredentialDeed = "edit" | "rotate" | "delete" | "disable" | "enable" | "rehearse" | "rules";

export type CredentialDialogProps = {
  kind: CredentialKind;
  machineId: string;
  credential: CredentialView;
  now: Date;
  /** It is the only live one of the machine, secrets and keys together. */
  isLast: boolean;
  limits: Limits;
  actions: CredentialActions;
  /** Where focus goes afterwards when the button that opened the dialog is gone. */
  returnTo: RefObject<HTMLElement | null>;
  onClose: () => void;
};
