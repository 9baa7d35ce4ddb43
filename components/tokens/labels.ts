import { formatNames, formatQuantity } from "@/lib/format";
import { inLifetimeUnit } from "@/lib/token-policy/rules";
import type { ClientAuthentication, TokenDefaults } from "@/lib/token-policy/schema";

export const AUTHENTICATION_LABELS = {
  Any: "Client secret or key",
  Secret: "Client secret only",
  Key: "Key only",
} as const satisfies Record<ClientAuthentication, string>;

export const DPOP_LABELS = { true: "Required", false: "Not required" } as const;

export const dpopLabel = (isRequired: boolean) => DPOP_LABELS[`${isRequired}`];

/** @returns `1 hour`, `90 minutes`, `61 seconds` */
export function lifetimeLabel(seconds: number): string {
  const { amount, unit } = inLifetimeUnit(seconds);
  return formatQuantity(amount, unit.slice(0, -1));
}

/** @returns `all scopes` or the names of some */
export const scopesLabel = (scopes: readonly string[]) =>
  scopes.length === 0 ? "all scopes" : formatNames(scopes);

/** The tenant's defaults, with what the installation says where the tenant says nothing. */
export type Inherited = TokenDefaults & { readonly installationLifetimeSeconds: number };
