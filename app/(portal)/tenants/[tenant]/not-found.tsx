import type { Metadata } from "next";
import { EmptyHook } from "@/components/shell/art";
import { ButtonLink } from "@/components/ui/button";
import { NoticePage } from "@/components/ui/notice-page";

export const metadata: Metadata = { title: "Not found" };

export default function TenantNotFound() {
  return (
    <NoticePage
      picture={<EmptyHook />}
      title="This is not here"
      buttons={
        <ButtonLink href="/" look="primary">
          Go to the machines
        </ButtonLink>
      }
    >
      <p>What stood here may have been deleted, or the address is mistyped.</p>
    </NoticePage>
  );
}
