import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { signInTarget } from "@/app/sign-in/target";
import { FrontPage } from "@/components/shell/front-page";
import { ButtonLink } from "@/components/ui/button";
import { requirePerson, requireUser } from "@/lib/http/portal/actions";
import { waysIn } from "@/lib/http/portal/single-sign-on";
import { boundTheAccount } from "@/lib/users/queries/sign-ins";

export const metadata: Metadata = { title: "First time" };

type FirstTimePageProps = { searchParams: Promise<{ callbackUrl?: string | string[] }> };

/** Where somebody arrives who came from the provider to an account that was there before. */
export default async function FirstTimePage({ searchParams }: FirstTimePageProps) {
  const { own } = await requirePerson();
  const target = signInTarget((await searchParams).callbackUrl);
  if (!(await boundTheAccount(own))) redirect(target);
  const { tenants } = await requireUser();
  const provider = waysIn().provider ?? "your provider";
  return (
    <FrontPage
      title={`You come in with ${provider} from now on`}
      lead={`There was an account for ${own.actor.name} already. What opened it until now has ended: its password, second factor, recovery codes and links, and every other sign-in.`}
    >
      <div className="flex flex-col gap-5">
        {tenants.length > 0 ? (
          <div>
            <p>It belongs to:</p>
            <ul className="mt-1.5 list-disc pl-5">
              {tenants.map(({ id, name, role }) => (
                <li key={id} className="wrap-anywhere">
                  {name} ({role})
                </li>
              ))}
            </ul>
          </div>
        ) : null}
        <p className="text-muted">
          If you did not set that password, somebody else used the account. Ask the administrators of a tenant
          that you do not know to remove you, and look in the others’ audit record for what was done in your
          name.
        </p>
        <ButtonLink href={target} look="primary">
          Continue
        </ButtonLink>
      </div>
    </FrontPage>
  );
}
