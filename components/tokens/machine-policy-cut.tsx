"use client";

import { type ImpactQuestions, useConnectedHosts } from "@/components/hosts/use-connected-hosts";
import type { Inherited } from "@/components/tokens/labels";
import { PolicyCut } from "@/components/tokens/policy-cut";
import { policyOf, type TokenPolicyDraft } from "@/components/tokens/token-policy-draft";
import { refusedKind } from "@/lib/token-policy/rules";
import type { ClientAuthentication, MachineTokenPolicy } from "@/lib/token-policy/schema";

type MachinePolicyCutProps = {
  machine: MachineTokenPolicy & { readonly id: string };
  draft: TokenPolicyDraft;
  inherited: Inherited;
  questions: ImpactQuestions;
};

type Asked = Pick<MachineTokenPolicy, "clientAuthentication" | "requiresDpop">;

/** What saving what stands in a machine's form would cut that the saved machine does not; asked only when there is something. */
export function MachinePolicyCut({ machine, draft, inherited, questions }: MachinePolicyCutProps) {
  const typed = policyOf(draft);
  const accepts = ({ clientAuthentication }: Asked) => clientAuthentication ?? inherited.clientAuthentication;
  const demands = ({ requiresDpop }: Asked) => requiresDpop ?? inherited.requiresDpop;
  const next: Asked = { ...typed, clientAuthentication: authenticationOf(typed.clientAuthentication) };
  const refused = accepts(next) === accepts(machine) ? null : refusedKind(accepts(next));
  const demandsProof = demands(next) && !demands(machine);
  if (!refused && !demandsProof) return null;
  return <Asking machineId={machine.id} {...{ refused, demandsProof, questions }} />;
}

const authenticationOf = (chosen: string | null): ClientAuthentication | null =>
  chosen === "Any" || chosen === "Secret" || chosen === "Key" ? chosen : null;

type AskingProps = Omit<Parameters<typeof PolicyCut>[0], "impact"> & {
  machineId: string;
  questions: ImpactQuestions;
};

function Asking({ machineId, questions, ...policy }: AskingProps) {
  return <PolicyCut impact={useConnectedHosts(questions, [machineId])} {...policy} />;
}
