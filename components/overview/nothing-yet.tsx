import { Laptop, LayoutTemplate } from "lucide-react";
import { Empty } from "@/components/shell/empty";
import { ButtonLink } from "@/components/ui/button";
import { pathsOf } from "@/lib/paths";

/** The overview of a tenant without machines says what to do first, and what comes of it. */
export function NothingYet({ tenantSlug, canChange }: { tenantSlug: string; canChange: boolean }) {
  const newPath = pathsOf(tenantSlug).newMachine;
  return (
    <Empty
      title="Nothing to see yet"
      buttons={
        canChange ? (
          <>
            <ButtonLink href={`${newPath}?type=template`} look="primary">
              <LayoutTemplate aria-hidden size={16} />
              Add a machine template
            </ButtonLink>
            <ButtonLink href={`${newPath}?type=standard`}>
              <Laptop aria-hidden size={16} />
              Add a standard machine
            </ButtonLink>
          </>
        ) : null
      }
    >
      <p>This page shows who asked for tokens, which hosts are connected, and which secrets nobody needs.</p>
      <ol className="list-decimal pl-5">
        <li>
          Add a machine
          {canChange ? "" : ", or ask an administrator of this tenant to do so"}: it comes with a client ID
          and a client secret.
        </li>
        <li>Put both into the environment of a robot on the host; the dialog with the secret shows how.</li>
        <li>Start the robot. The token that it buys is the first bar of the chart here.</li>
      </ol>
    </Empty>
  );
}
