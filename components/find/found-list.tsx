import type { FoundGroup, FoundOption } from "@/components/find/find-groups";
import { Badge } from "@/components/ui/badge";
import { classes } from "@/components/ui/classes";
import { Link } from "@/components/ui/link";

const LOOKS = {
  Live: "accent",
  Disabled: "brass",
  Expired: "brass",
  Deleted: "danger",
  "Machine disabled": "brass",
  Disconnected: "neutral",
} as const satisfies Record<NonNullable<FoundOption["state"]>, string>;

type FoundListProps = {
  id: string;
  groups: readonly FoundGroup[];
  /** The option that Enter opens. */
  activeId: string | undefined;
  onPoint: (id: string) => void;
  onLeave: () => void;
};

/** The list of a combobox: the focus stays in its field. */
export function FoundList({ id, groups, activeId, onPoint, onLeave }: FoundListProps) {
  return (
    <div id={id} role="listbox" aria-label="Found" className="min-h-0 overflow-y-auto p-2">
      {groups.map(({ label, options }) => (
        // biome-ignore lint/a11y/useSemanticElements: a group of options in a listbox (ARIA 1.2), no set of fields
        <div key={label} role="group" aria-label={label} className="mb-1">
          <div aria-hidden className="px-2.5 py-1.5 text-xs font-medium text-muted">
            {label}
          </div>
          {options.map((option) => (
            <Link
              key={option.id}
              id={option.id}
              href={option.href}
              role="option"
              tabIndex={-1}
              aria-selected={option.id === activeId}
              onPointerMove={() => onPoint(option.id)}
              onClick={onLeave}
              className={classes(
                "flex items-center gap-3 rounded-control px-2.5 py-1.5",
                option.id === activeId && "bg-sunken",
              )}
            >
              <span className="min-w-0 flex-1">
                <span className="block truncate font-medium">{option.title}</span>
                <span className="block truncate text-small text-muted">{option.about}</span>
              </span>
              {option.state ? <Badge look={LOOKS[option.state]}>{option.state}</Badge> : null}
            </Link>
          ))}
        </div>
      ))}
    </div>
  );
}
