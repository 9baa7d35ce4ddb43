import { Banner } from "@/components/ui/banner";
import { ButtonLink } from "@/components/ui/button";

export function NotAllowed({ backHref }: { backHref: string }) {
  return (
    <div className="flex max-w-xl flex-col items-start gap-4">
      <Banner look="note">
        Your role in this tenant lets you look, not change. Ask an administrator of the tenant to add the
        machine.
      </Banner>
      <ButtonLink href={backHref}>Back to the machines</ButtonLink>
    </div>
  );
}
