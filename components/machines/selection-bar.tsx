import { Trash2 } from "lucide-react";
import { Button } from "@/components/ui/button";
import { formatCount } from "@/lib/format";

type SelectionBarProps = { count: number; onClear: () => void; onDelete: () => void };

/** What can be done with the ticked rows. It takes the place of the list's count, so that ticking a row moves nothing. */
export function SelectionBar({ count, onClear, onDelete }: SelectionBarProps) {
  return (
    <div className="mr-auto flex items-center gap-2 text-ink">
      <span role="status" className="mr-2 font-medium">
        {formatCount(count)} selected
      </span>
      <Button size="sm" look="dangerQuiet" onClick={onDelete}>
        <Trash2 aria-hidden size={14} />
        Delete
      </Button>
      <Button size="sm" look="quiet" onClick={onClear}>
        Clear
      </Button>
    </div>
  );
}
