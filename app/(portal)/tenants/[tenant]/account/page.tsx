import {
  beginSecondFactorAction,
  changePasswordAction,
  chooseMailAction,
  confirmSecondFactorAction,
  endSignInAction,
  removeSecondFactorAction,
  replaceRecoveryCodesAction,
  sendTestMailAction,
} from "@/app/(portal)/tenants/[tenant]/account/actions";
import { tenantTitle } from "@/app/(portal)/tenants/[tenant]/tenant-title";
import { Account } from "@/components/account/account";
import { sendsMail } from "@/lib/http/outgoing-mail";
import { requireTenant } from "@/lib/http/portal/actions";
import { listMailProblems } from "@/lib/notifications/queries/mail-problems";
import { pathsOf } from "@/lib/paths";
import { readMailChoices } from "@/lib/users/queries/mail";
import { readSecondFactor } from "@/lib/users/queries/second-factor";
import { listOwnSignIns } from "@/lib/users/queries/sign-ins";

export const generateMetadata = tenantTitle("Your account");

export default async function AccountPage({ params }: { params: Promise<{ tenant: string }> }) {
  const { ctx, own, tenant, admin, can } = await requireTenant((await params).tenant);
  const [signIns, secondFactor, chosen, [problem = null]] = await Promise.all([
    listOwnSignIns(own),
    readSecondFactor(own),
    readMailChoices(ctx),
    listMailProblems(ctx, [ctx.actor.id]),
  ]);
  const mayTest = ctx.actor.managesInstallation || can("tenant.settings");
  return (
    <Account
      crumbs={[{ label: tenant.name, href: pathsOf(tenant.slug).machines }, { label: "Your account" }]}
      email={own.actor.name}
      hasPassword={admin.hasPassword}
      secondFactor={secondFactor}
      signIns={signIns}
      now={own.now}
      mail={
        sendsMail()
          ? {
              tenant,
              chosen,
              problem,
              choose: chooseMailAction,
              test: mayTest ? sendTestMailAction.bind(null, tenant.slug) : null,
            }
          : null
      }
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
