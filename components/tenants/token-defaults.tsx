import type { Cut } from "@/components/hosts/disconnected";
import type { ImpactQuestions } from "@/components/hosts/use-connected-hosts";
import { TokenDefaultsForm } from "@/components/tenants/token-defaults-form";
import {
  AUTHENTICATION_LABELS,
  dpopLabel,
  type Inherited,
  lifetimeLabel,
  scopesLabel,
} from "@/components/tokens/labels";
import type { Action } from "@/components/ui/attempt";
import { FactList } from "@/components/ui/fact-list";
import { Panel } from "@/components/ui/panel";

export type TokenDefaultsActions = ImpactQuestions & { readonly save: Action<Cut> };

type TokenDefaultsSectionProps = { defaults: Inherited; canChange: boolean; actions: TokenDefaultsActions };

/** What holds for the tokens of the tenant's machines that say nothing else. */
export function TokenDefaultsSection({ defaults, canChange, actions }: TokenDefaultsSectionProps) {
  return (
    <section aria-labelledby="token-defaults" className="max-w-5xl">
      <h2 id="token-defaults" className="text-base font-semibold">
        Token defaults
      </h2>
      <p className="mb-3 text-muted">
        For every machine of this tenant that says nothing else. What you save holds from a robot’s next
        request on; a lifetime, from the next token on.
      </p>
      <Panel className="p-5">
        {canChange ? (
          <TokenDefaultsForm defaults={defaults} actions={actions} />
        ) : (
          <Facts defaults={defaults} />
        )}
      </Panel>
    </section>
  );
}

function Facts({ defaults }: { defaults: Inherited }) {
  const { tokenLifetimeSeconds, installationLifetimeSeconds, allowedScopes } = defaults;
  const facts = [
    ["Access token lifetime", lifetimeLabel(tokenLifetimeSeconds ?? installationLifetimeSeconds)],
    ["Allowed scopes", scopesLabel(allowedScopes)],
    ["Client authentication", AUTHENTICATION_LABELS[defaults.clientAuthentication]],
    ["Proof of possession (DPoP)", dpopLabel(defaults.requiresDpop)],
  ] as const;
  return <FactList facts={facts} />;
}
