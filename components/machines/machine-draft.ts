import {
  INHERITS,
  policyDraftOf,
  policyOf,
  type TokenPolicyDraft,
} from "@/components/tokens/token-policy-draft";
import { withTyped } from "@/components/ui/chip-input";
import type { MachineView } from "@/lib/machines/schema";

/** What stands in the form: text as typed, so that nothing is lost by being wrong. */
export type MachineDraft = {
  readonly name: string;
  readonly description: string;
  readonly unattendedRuntimes: string;
  readonly nonProductionRuntimes: string;
  readonly testingRuntimes: string;
  readonly processType: string;
  readonly processCompatibility: string;
  readonly tags: readonly string[];
  /** A tag that is being typed. */
  readonly tag: string;
  readonly policy: TokenPolicyDraft;
};

export const EMPTY_DRAFT: MachineDraft = {
  name: "",
  description: "",
  unattendedRuntimes: "1",
  nonProductionRuntimes: "0",
  testingRuntimes: "0",
  processType: "Any",
  processCompatibility: "Any",
  tags: [],
  tag: "",
  policy: INHERITS,
};

export function draftOf(machine: MachineView): MachineDraft {
  return {
    name: machine.name,
    description: machine.description,
    unattendedRuntimes: String(machine.unattendedRuntimes),
    nonProductionRuntimes: String(machine.nonProductionRuntimes),
    testingRuntimes: String(machine.testingRuntimes),
    processType: machine.processType,
    processCompatibility: machine.processCompatibility,
    tags: machine.tags,
    tag: "",
    policy: policyDraftOf(machine),
  };
}

const whole = (text: string) => (/^\d+$/.test(text.trim()) ? Number(text) : Number.NaN);

/** @returns what the request schema reads; a figure that is none stays wrong instead of becoming a default */
export function detailsOf({ tag, tags, policy, ...draft }: MachineDraft) {
  return {
    ...draft,
    ...policyOf(policy),
    unattendedRuntimes: whole(draft.unattendedRuntimes),
    nonProductionRuntimes: whole(draft.nonProductionRuntimes),
    testingRuntimes: whole(draft.testingRuntimes),
    tags: withTyped(tags, tag),
  };
}
