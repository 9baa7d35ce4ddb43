import type { ReactNode } from "react";
import { Banner } from "@/components/ui/banner";
import { ButtonLink } from "@/components/ui/button";

type WayBack = { backHref: string; backTo: string };

function Notice({ children, backHref, backTo }: WayBack & { children: ReactNode }) {
  return (
    <div className="flex max-w-xl flex-col items-start gap-4">
      <Banner look="note">{children}</Banner>
      <ButtonLink href={backHref}>Back to {backTo}</ButtonLink>
    </div>
  );
}

/** On a page that does something, for somebody who may not. */
export function NotAllowed({ deed, ...back }: WayBack & { deed: string }) {
  return (
    <Notice {...back}>
      Your role in this tenant lets you look, not change. Ask an administrator of the tenant to {deed}.
    </Notice>
  );
}

/** On a page that only some roles may read. */
export function NotForRole({ what, ...back }: WayBack & { what: string }) {
  return <Notice {...back}>Only administrators of this tenant {what}.</Notice>;
}
