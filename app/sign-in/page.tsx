import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { FrontPage } from "@/components/shell/front-page";
import { currentAdmin } from "@/lib/http/portal/actions";
import { waysIn } from "@/lib/http/portal/single-sign-on";
import { refusalOf } from "./refusals";
import { SignInPanel } from "./sign-in-panel";
import { signInTarget } from "./target";

export const metadata: Metadata = { title: "Sign in" };

type SignInPageProps = {
  searchParams: Promise<{ callbackUrl?: string | string[]; error?: string | string[] }>;
};

export default async function SignInPage({ searchParams }: SignInPageProps) {
  const { callbackUrl, error } = await searchParams;
  const target = signInTarget(callbackUrl);
  const { provider, hasPasswords } = waysIn();
  if (await currentAdmin()) redirect(target);
  return (
    <FrontPage title="Sign in">
      <SignInPanel
        target={target}
        singleSignOn={provider}
        hasPasswords={hasPasswords}
        refused={provider === null ? null : refusalOf(error, provider)}
      />
    </FrontPage>
  );
}
