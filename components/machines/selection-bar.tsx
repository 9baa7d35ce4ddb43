import { CirclePause, CirclePlay, KeyRound, RotateCw, Trash2 } from "lucide-react";
import type { ManyDeed } from "@/components/machines/many-actions";
import { Button } from "@/components/ui/button";
import { formatCount } from "@/lib/format";

const DEEDS = [
  { deed: "rotate", label: "Rotate", icon: RotateCw, look: "secondary" },
  { deed: "addSecrets", label: "Add secret", icon: KeyRound, look: "secondary" },
  { deed: "disable", label: "Disable", icon: CirclePause, look: "secondary" },
  { deed: "enable", label: "Enable", icon: CirclePlay, look: "secondary" },
  { deed: "delete", label: "Delete", icon: Trash2, look: "dangerQuiet" },
] as const satisfies readonly { deed: ManyDeed; [more: string]: unknown }[];

type SelectionBarProps = {
  count: number;
  /** How many match in all, where more do than are selected and can be. */
  matching: number | null;
  onAll: () => void;
  onClear: () => void;
  onDeed: (deed: ManyDeed) => void;
};

/** What can be done with the ticked rows. It takes the place of the list's count, so that ticking a row moves nothing. */
export function SelectionBar({ count, matching, onAll, onClear, onDeed }: SelectionBarProps) {
  return (
    <div className="mr-auto flex flex-wrap items-center gap-2 text-ink">
      <span role="status" className="mr-1 font-medium tabular-nums">
        {formatCount(count)} selected
      </span>
      {matching === null ? null : (
        <Button size="sm" look="quiet" onClick={onAll}>
          Select all {formatCount(matching)} that match
        </Button>
      )}
      <Button size="sm" look="quiet" onClick={onClear}>
        Clear
      </Button>
      <span className="flex flex-wrap gap-2">
        {DEEDS.map(({ deed, label, icon: Icon, look }) => (
          <Button key={deed} size="sm" look={look} onClick={() => onDeed(deed)}>
            <Icon aria-hidden size={14} />
            {label}
          </Button>
        ))}
      </span>
    </div>
  );
}
