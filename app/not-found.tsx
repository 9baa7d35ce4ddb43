import type { Metadata } from "next";
import { EmptyHook } from "@/components/shell/art";
import { FrontPage } from "@/components/shell/front-page";
import { ButtonLink } from "@/components/ui/button";

export const metadata: Metadata = { title: "Not found" };

export default function NotFound() {
  return (
    <FrontPage
      title="This is not here"
      lead="The address is mistyped, or it belongs to a tenant you are not a member of. Both look the same from here."
    >
      <EmptyHook />
      <ButtonLink href="/" look="primary" className="mt-8">
        Go to the start page
      </ButtonLink>
    </FrontPage>
  );
}
