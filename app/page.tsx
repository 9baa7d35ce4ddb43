import { redirect } from "next/navigation";
import { KeyBoard } from "@/components/machines/machine-art";
import { FrontPage } from "@/components/shell/front-page";
import { requireUser } from "@/lib/http/portal/actions";
import { pathsOf } from "@/lib/paths";
import { SignOutButton } from "./(portal)/sign-out-button";

export default async function HomePage() {
  const { admin, tenants } = await requireUser();
  const [first] = tenants;
  if (first) redirect(pathsOf(first.slug).machines);
  return (
    <FrontPage
      title="No tenant yet"
      lead={`You are signed in as ${admin.email}, but you belong to no tenant. Ask whoever set up Latchkey here to add you to one.`}
    >
      <KeyBoard />
      <SignOutButton />
    </FrontPage>
  );
}
