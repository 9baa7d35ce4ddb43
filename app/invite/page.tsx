import type { Metadata } from "next";
import { FrontPage } from "@/components/shell/front-page";
import { currentAdmin } from "@/lib/http/portal/actions";
import { waysIn } from "@/lib/http/portal/single-sign-on";
import { InvitePanel } from "./invite-panel";

export const metadata: Metadata = { title: "Invite", referrer: "no-referrer" };

export default async function InvitePage() {
  const who = await currentAdmin();
  return (
    <FrontPage title="You are invited" lead="Somebody wants you in their tenant of Latchkey.">
      <InvitePanel signedInAs={who?.admin.email ?? null} ways={waysIn()} />
    </FrontPage>
  );
}
