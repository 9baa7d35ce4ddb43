import {
  beginSecondFactorAction,
  changePasswordAction,
  confirmSecondFactorAction,
  endSignInAction,
  removeSecondFactorAction,
  replaceRecoveryCodesAction,
} from "@/app/(portal)/tenants/[tenant]/account/actions";
import { tenantTitle } from "@/app/(portal)/tenants/[tenant]/tenant-title";
import { Account } from "@/components/account/account";
import { requireTenant } from "@/lib/http/portal/actions";
import { pathsOf } from "@/lib/paths";
import { readSecondFactor } from "@/lib/users/queries/second-factor";
import { listOwnSignIns } from "@/lib/users/queries/sign-ins";

export const generateMetadata = tenantTitle("Your account");

export default async function AccountPage({ params }: { params: Promise<{ tenant: string }> }) {
  const { own, tenant, admin } = await requireTenant((await params).tenant);
  const [signIns, secondFactor] = await Promise.all([listOwnSignIns(own), readSecondFactor(own)]);
  return (
    <Account
      crumbs={[{ label: tenant.name, href: pathsOf(tenant.slug).machines }, { label: "Your account" }]}
      email={own.actor.name}
      hasPassword={admin.hasPassword}
      secondFactor={secondFactor}
      signIns={signIns}
      now={own.now}
      actions={{
        changePassword: changePasswordAction,
        endSignIn: endSignInAction,
        begin: beginSecondFactorAction,
        confirm: confirmSecondFactorAction,
        replaceCodes: replaceRecoveryCodesAction,
        remove: removeSecondFactorAction,
      }}
    />
  );
}
