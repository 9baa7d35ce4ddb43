"use client";

import { CutHosts } from "@/components/hosts/cut-hosts";
import type { Impact } from "@/components/hosts/use-connected-hosts";
import { Banner } from "@/components/ui/banner";
import { CREDENTIAL_WORDS } from "@/lib/credentials/rules";
import type { CredentialKind } from "@/lib/credentials/schema";
import { formatNames } from "@/lib/format";

type PolicyCutProps = {
  impact: Impact;
  /** The kind of credential that saving stops accepting; null for none. */
  refused: CredentialKind | null;
  /** Saving makes proofs of possession a must. */
  demandsProof: boolean;
};

/** What saving a policy will cut, said in the form before it is saved. */
export function PolicyCut({ impact, refused, demandsProof }: PolicyCutProps) {
  return (
    <>
      {refused ? (
        <CutHosts impact={hostsOf(impact, refused)} through={`with a ${CREDENTIAL_WORDS[refused]}`} />
      ) : null}
      {demandsProof ? <ProofDemanded impact={impact} /> : null}
    </>
  );
}

function hostsOf(impact: Impact, kind: CredentialKind): Impact {
  if (impact.state !== "known") return impact;
  const hosts = impact.hosts.filter(({ credentialKind }) => credentialKind === kind);
  const cut = new Set(hosts.map(({ sessionId }) => sessionId));
  return { state: "known", hosts, jobs: impact.jobs.filter(({ sessionId }) => cut.has(sessionId)) };
}

function ProofDemanded({ impact }: { impact: Impact }) {
  const hosts = impact.state === "known" ? impact.hosts.map(({ hostName }) => hostName) : [];
  return (
    <Banner look="note" role="status">
      Robots that send no proof of possession are refused at their next request.
      {hosts.length > 0 ? ` Connected now: ${formatNames(hosts)}.` : null}
    </Banner>
  );
}
