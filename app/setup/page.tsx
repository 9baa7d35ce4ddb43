import type { Metadata } from "next";
import { FrontPage } from "@/components/shell/front-page";
import { setUpAction } from "./actions";
import { SetUpPanel } from "./set-up-panel";

export const metadata: Metadata = { title: "Set up", referrer: "no-referrer" };

export default function SetUpPage() {
  return (
    <FrontPage
      title="Set up Latchkey"
      lead="Create the first administrator and the first tenant. This page works once."
    >
      <SetUpPanel setUp={setUpAction} />
    </FrontPage>
  );
}
