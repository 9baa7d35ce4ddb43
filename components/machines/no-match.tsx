import { SearchX } from "lucide-react";
import { ButtonLink } from "@/components/ui/button";

export function NoMatch({ clearHref }: { clearHref: string }) {
  return (
    <div className="flex flex-col items-center gap-3 px-4 py-14 text-center">
      <SearchX aria-hidden size={26} strokeWidth={1.5} className="text-edge" />
      <div role="status">
        <p className="font-medium">No machine matches</p>
        <p className="text-muted">Look for a part of the name, or take the filters away.</p>
      </div>
      <ButtonLink href={clearHref} size="sm">
        Clear filters
      </ButtonLink>
    </div>
  );
}
