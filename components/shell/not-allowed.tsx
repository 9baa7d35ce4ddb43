import { Banner } from "@/components/ui/banner";
import { ButtonLink } from "@/components/ui/button";

type NotAllowedProps = { deed: string; backHref: string; backTo: string };

export function NotAllowed({ deed, backHref, backTo }: NotAllowedProps) {
  return (
    <div className="flex max-w-xl flex-col items-start gap-4">
      <Banner look="note">
        Your role in this tenant lets you look, not change. Ask an administrator of the tenant to {deed}.
      </Banner>
      <ButtonLink href={backHref}>Back to {backTo}</ButtonLink>
    </div>
  );
}
