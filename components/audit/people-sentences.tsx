import { Name, type Sentence } from "@/components/audit/sentence";
import type { EventType } from "@/lib/audit/events";
import { formatQuantity } from "@/lib/format";

const REFUSALS = {
  "wrong password": "the password was wrong",
  "wrong code": "the code of the second factor was wrong",
  disabled: "the account is disabled",
  rules: "the rules for single sign-on let nobody in with what the provider says",
  "no such account": "there is no such account",
} as const;

type PeopleEvent =
  | Extract<EventType, `admin.${string}` | `setup_link.${string}`>
  | "tenant.second_factor_required";

/** What the events about people say. */
export const PEOPLE_SENTENCES: { readonly [Type in PeopleEvent]: Sentence<Type> } = {
  "setup_link.made": () => "made a link with which the first administrator is set up",
  "admin.created": ({ email, role }) => (
    <>
      made <Name>{email}</Name> the first {role}
    </>
  ),
  "admin.invited": ({ email, role }) => (
    <>
      invited <Name>{email}</Name> as {role}
    </>
  ),
  "admin.invite_revoked": ({ email, role }) => (
    <>
      took back the invitation of <Name>{email}</Name> as {role}
    </>
  ),
  "admin.joined": ({ email, role }) => (
    <>
      made <Name>{email}</Name> {role} of the tenant
    </>
  ),
  "admin.bound_to_provider": ({ email }) => (
    <>
      came from the OpenID provider to the account <Name>{email}</Name> for the first time: its password,
      second factor, recovery codes, links and sign-ins of before ended
    </>
  ),
  "admin.role_changed": ({ email, before, after }) => (
    <>
      changed the role of <Name>{email}</Name> from {before} to {after}
    </>
  ),
  "admin.disabled": ({ email }) => (
    <>
      disabled <Name>{email}</Name>
    </>
  ),
  "admin.enabled": ({ email }) => (
    <>
      enabled <Name>{email}</Name>
    </>
  ),
  "admin.removed": ({ email }) => (
    <>
      removed <Name>{email}</Name> from the tenant
    </>
  ),
  "admin.mail_chosen": ({ kinds }) =>
    kinds.length === 0
      ? "stopped their mail about the tenant"
      : `chose what they get by mail: ${formatQuantity(kinds.length, "kind")} of notification`,
  "admin.mail_tested": ({ email }) => (
    <>
      had a test mail sent to <Name>{email}</Name>
    </>
  ),
  "admin.manages_installation": ({ email, manages }) => (
    <>
      {manages ? "let " : "no longer lets "}
      <Name>{email}</Name> manage the installation
    </>
  ),
  "admin.signed_in": () => "signed in",
  "admin.signed_out": () => "signed out",
  "admin.sign_in_refused": ({ email, reason }) => (
    <>
      was not let in
      {email ? (
        <>
          {" "}
          as <Name>{email}</Name>
        </>
      ) : null}
      : {REFUSALS[reason]}
    </>
  ),
  "admin.sign_in_confirmed": () => "proved again who they are, before a sensitive deed",
  "admin.sign_in_ended": ({ device }) => (
    <>
      ended their own sign-in on <Name>{device}</Name>
    </>
  ),
  "admin.second_factor_set_up": () => "set up a second factor",
  "admin.second_factor_removed": ({ email }) => (
    <>
      removed the second factor of <Name>{email}</Name>
    </>
  ),
  "admin.recovery_codes_replaced": () => "made new recovery codes; the old ones are void",
  "admin.recovery_code_used": ({ left }) => `used a recovery code; ${formatQuantity(left, "code")} left`,
  "admin.password_changed": () => "changed their password; their other sign-ins ended",
  "admin.reset_link_made": ({ email }) => (
    <>
      made a link with which <Name>{email}</Name> sets a new password
    </>
  ),
  "admin.password_reset": ({ email }) => (
    <>
      set a new password for <Name>{email}</Name> by a link; all its sign-ins ended
    </>
  ),
  "tenant.second_factor_required": ({ isRequired }) =>
    isRequired ? "required a second factor of everybody in the tenant" : "no longer requires a second factor",
};
