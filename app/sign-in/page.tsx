import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { FrontPage } from "@/components/shell/front-page";
import { currentAdmin } from "@/lib/doors/admin";
import { SignInPanel } from "./sign-in-panel";
import { signInTarget } from "./target";

export const metadata: Metadata = { title: "Sign in" };

type SignInPageProps = { searchParams: Promise<{ callbackUrl?: string | string[] }> };

export default async function SignInPage({ searchParams }: SignInPageProps) {
  const target = signInTarget((await searchParams).callbackUrl);
  if (await currentAdmin()) redirect(target);
  return (
    <FrontPage title="Sign in">
      <SignInPanel target={target} />
    </FrontPage>
  );
}
