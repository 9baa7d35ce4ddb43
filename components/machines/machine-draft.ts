import { policyDraftOf, policyOf, type TokenPolicyDraft } from "@/components/tokens/token-policy-draft";
import { withTyped } from "@/components/ui/chip-input";
import { type MachineDetails, machineDetailsSchema } from "@/lib/machines/schema";
import { type MachineTokenPolicy, machineTokenPolicySchema } from "@/lib/token-policy/schema";

/** What is typed or chosen in one field. */
type PlainField = Exclude<keyof MachineDetails, "tags" | keyof MachineTokenPolicy>;

const PLAIN_FIELDS = Object.keys(machineDetailsSchema.omit({ tags: true }).shape).filter(
  (name) => !(name in machineTokenPolicySchema.shape),
) as PlainField[];

/** What stands in the form: text as typed, so that nothing is lost by being wrong. */
export type MachineDraft = Readonly<Record<PlainField, string>> & {
  readonly tags: readonly string[];
  /** A tag that is being typed. */
  readonly tag: string;
  readonly policy: TokenPolicyDraft;
};

const NEW: MachineDetails = { ...machineDetailsSchema.omit({ name: true }).parse({}), name: "" };

export function draftOf(details: MachineDetails): MachineDraft {
  const texts = PLAIN_FIELDS.map((name) => [name, String(details[name])]);
  return {
    ...(Object.fromEntries(texts) as Record<PlainField, string>),
    tags: details.tags,
    tag: "",
    policy: policyDraftOf(details),
  };
}

export const EMPTY_DRAFT = draftOf(NEW);

const whole = (text: string) => (/^\d+$/.test(text.trim()) ? Number(text) : Number.NaN);

/** @returns what the request schema reads; a figure that is none stays wrong instead of becoming a default */
export function detailsOf({ tag, tags, policy, ...texts }: MachineDraft) {
  const plain = PLAIN_FIELDS.map((name) => [
    name,
    typeof NEW[name] === "number" ? whole(texts[name]) : texts[name],
  ]);
  return { ...Object.fromEntries(plain), ...policyOf(policy), tags: withTyped(tags, tag) };
}
