"use client";

import {
  AUTHENTICATION_LABELS,
  DPOP_LABELS,
  dpopLabel,
  type Inherited,
  lifetimeLabel,
} from "@/components/tokens/labels";
import { ScopeFields } from "@/components/tokens/scope-fields";
import type { TokenPolicyDraft } from "@/components/tokens/token-policy-draft";
import { Field, TextInput } from "@/components/ui/field";
import type { FieldErrors } from "@/components/ui/form-errors";
import { type Option, Select } from "@/components/ui/select";
import { LIFETIME_UNITS, type LifetimeUnit } from "@/lib/token-policy/rules";
import type { ClientAuthentication } from "@/lib/token-policy/schema";

type TokenPolicyFieldsProps = {
  draft: TokenPolicyDraft;
  errors: FieldErrors;
  /** What holds where the form says nothing: of a machine its tenant's, of a tenant the installation's lifetime only. */
  inherited: Inherited | { readonly installationLifetimeSeconds: number };
  onChange: (change: Partial<TokenPolicyDraft>) => void;
};

const options = (labels: Readonly<Record<string, string>>): Option[] =>
  Object.entries(labels).map(([value, label]) => ({ value, label }));

const UNITS: readonly Option[] = [
  { value: "seconds", label: "seconds" },
  { value: "minutes", label: "minutes" },
  { value: "hours", label: "hours" },
];

/** Only a machine can leave it to somebody. */
const withDefault = (choices: Option[], inherited: string | null) =>
  inherited === null ? choices : [{ value: "", label: `Tenant default (${inherited})` }, ...choices];

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);
const authentication = (accepted: ClientAuthentication) => lowerFirst(AUTHENTICATION_LABELS[accepted]);

export function TokenPolicyFields({ draft, errors, inherited, onChange }: TokenPolicyFieldsProps) {
  const tenant = "clientAuthentication" in inherited ? inherited : null;
  const lifetime = lifetimeLabel(tenant?.tokenLifetimeSeconds ?? inherited.installationLifetimeSeconds);
  const chooseUnit = (unit: string) =>
    onChange({ lifetimeUnit: unit in LIFETIME_UNITS ? (unit as LifetimeUnit) : "minutes" });
  return (
    <div className="@container">
      <div className="grid gap-x-5 gap-y-5 @3xl:grid-cols-2">
        <div className="grid grid-cols-[minmax(0,1fr)_7rem] items-start gap-x-3">
          <Field
            label="Access token lifetime"
            error={errors.tokenLifetimeSeconds}
            hint="From 60 seconds to 24 hours, or nothing."
          >
            <TextInput
              name="tokenLifetimeSeconds"
              inputMode="numeric"
              autoComplete="off"
              placeholder={`${lifetime} (${tenant ? "tenant default" : "as installed"})`}
              value={draft.lifetime}
              onValueChange={(value) => onChange({ lifetime: value })}
            />
          </Field>
          <Field label="Unit">
            <Select
              name="lifetimeUnit"
              options={UNITS}
              value={draft.lifetimeUnit}
              onValueChange={chooseUnit}
            />
          </Field>
        </div>
        <ScopeFields
          draft={draft}
          error={errors.allowedScopes}
          inherited={tenant?.allowedScopes}
          onChange={onChange}
        />
        <Field label="Client authentication" error={errors.clientAuthentication}>
          <Select
            name="clientAuthentication"
            options={withDefault(
              options(AUTHENTICATION_LABELS),
              tenant && authentication(tenant.clientAuthentication),
            )}
            value={draft.clientAuthentication}
            onValueChange={(clientAuthentication) => onChange({ clientAuthentication })}
          />
        </Field>
        <Field
          label="Proof of possession (DPoP)"
          error={errors.requiresDpop}
          hint="Where it is required, a token works only with the key of the robot that bought it."
        >
          <Select
            name="requiresDpop"
            options={withDefault(
              options(DPOP_LABELS).reverse(),
              tenant && lowerFirst(dpopLabel(tenant.requiresDpop)),
            )}
            value={draft.requiresDpop}
            onValueChange={(requiresDpop) => onChange({ requiresDpop })}
          />
        </Field>
      </div>
    </div>
  );
}
