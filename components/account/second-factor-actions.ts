import type { Action } from "@/components/ui/attempt";

/** What an authenticator app is given while it is set up. */
export type Enrolment = { readonly uri: string; readonly secret: string };
export type IssuedCodes = { readonly recoveryCodes: readonly string[] };

/** What people can do to their second factor; the page passes the actions in. */
export type SecondFactorActions = {
  readonly begin: Action<Enrolment>;
  readonly confirm: Action<IssuedCodes>;
  readonly replaceCodes: Action<IssuedCodes>;
  readonly remove: Action<null>;
};
