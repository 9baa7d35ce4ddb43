import type { Metadata } from "next";
import { FrontPage } from "@/components/shell/front-page";
import { ResetPanel } from "./reset-panel";

export const metadata: Metadata = { title: "New password", referrer: "no-referrer" };

export default function ResetPage() {
  return (
    <FrontPage
      title="Set a new password"
      lead="This signs you out everywhere. Whoever knew the old password is out, too."
    >
      <ResetPanel />
    </FrontPage>
  );
}
