"use client";

import { scopesLabel } from "@/components/tokens/labels";
import type { TokenPolicyDraft } from "@/components/tokens/token-policy-draft";
import { LabelledCheckbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { TOKEN_SCOPES } from "@/lib/token-policy/schema";

type ScopeFieldsProps = {
  draft: Pick<TokenPolicyDraft, "limitsScopes" | "scopes">;
  error: string | undefined;
  /** What the tenant allows where a machine says nothing; absent in the tenant's own form. */
  inherited: readonly string[] | undefined;
  onChange: (change: Partial<TokenPolicyDraft>) => void;
};

export function ScopeFields({ draft, error, inherited, onChange }: ScopeFieldsProps) {
  const { limitsScopes, scopes } = draft;
  const rest = inherited === undefined ? "All scopes" : `Tenant default (${scopesLabel(inherited)})`;
  const tick = (scope: string, isTicked: boolean) =>
    onChange({ scopes: isTicked ? [...scopes, scope] : scopes.filter((one) => one !== scope) });
  return (
    <div className="flex flex-col gap-2">
      <Field label="Allowed scopes" error={error}>
        <Select
          name="limitsScopes"
          options={[
            { value: "", label: rest },
            { value: "these", label: "Only these" },
          ]}
          value={limitsScopes ? "these" : ""}
          onValueChange={(value) => onChange({ limitsScopes: value === "these" })}
        />
      </Field>
      {limitsScopes ? (
        <fieldset className="flex flex-wrap gap-x-5 gap-y-2">
          <legend className="sr-only">Scopes that are allowed</legend>
          {TOKEN_SCOPES.map((scope) => (
            <LabelledCheckbox
              key={scope}
              label={scope}
              checked={scopes.includes(scope)}
              onCheckedChange={(isTicked) => tick(scope, isTicked)}
            />
          ))}
        </fieldset>
      ) : null}
    </div>
  );
}
