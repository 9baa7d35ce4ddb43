import { Trash2 } from "lucide-react";
import { Button } from "@/components/ui/button";
import { formatCount } from "@/lib/format";

type SelectionBarProps = { count: number; onClear: () => void; onDelete: () => void };

/** Lies over the head of the table, so that ticking a row moves nothing. */
export function SelectionBar({ count, onClear, onDelete }: SelectionBarProps) {
  return (
    <div className="absolute inset-x-0 top-0 flex h-9 items-center gap-2 rounded-t-[4px] bg-accent-soft pr-2 pl-12">
      <span role="status" className="flex-1 font-medium">
        {formatCount(count)} selected
      </span>
      <Button size="sm" look="quiet" onClick={onClear}>
        Clear
      </Button>
      <Button size="sm" look="dangerQuiet" onClick={onDelete}>
        <Trash2 aria-hidden size={14} />
        Delete
      </Button>
    </div>
  );
}
