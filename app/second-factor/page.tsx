import type { Metadata } from "next";
import { confirmSignInAction } from "@/app/(portal)/confirm-action";
import { ConfirmPanel } from "@/app/(portal)/confirm-panel";
import { SignOutButton } from "@/app/(portal)/sign-out-button";
import {
  beginSecondFactorAction,
  confirmSecondFactorAction,
} from "@/app/(portal)/tenants/[tenant]/account/actions";
import { RequiredSecondFactor } from "@/components/account/required-second-factor";
import { FrontPage } from "@/components/shell/front-page";
import { requirePerson } from "@/lib/http/portal/actions";
import { waysIn } from "@/lib/http/portal/single-sign-on";

export const metadata: Metadata = { title: "Second factor" };

/** Where members of a tenant that requires a second factor are sent until they have one. */
export default async function SecondFactorPage() {
  const { own, hasSecondFactor, hasPassword } = await requirePerson();
  return (
    <FrontPage
      title="Set up a second factor"
      lead="Your tenant requires one of its members. You need an authenticator app on your phone."
    >
      <RequiredSecondFactor
        email={own.actor.name}
        isDone={hasSecondFactor}
        begin={beginSecondFactorAction}
        confirm={confirmSecondFactorAction}
      />
      <SignOutButton />
      <ConfirmPanel
        hasPassword={hasPassword}
        hasSecondFactor={hasSecondFactor}
        singleSignOn={waysIn().provider}
        confirm={confirmSignInAction}
      />
    </FrontPage>
  );
}
