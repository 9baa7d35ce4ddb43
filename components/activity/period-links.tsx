import { PERIOD_LABELS } from "@/components/activity/labels";
import { classes } from "@/components/ui/classes";
import { Link } from "@/components/ui/link";
import { ACTIVITY_PERIODS, type ActivityPeriod } from "@/lib/activity/schema";

type PeriodLinksProps = {
  period: ActivityPeriod;
  /** Where a period is shown; `#` and what follows is where on the page one goes on reading. */
  hrefOf: (period: ActivityPeriod) => string;
};

/** How far back a chart looks. */
export function PeriodLinks({ period, hrefOf }: PeriodLinksProps) {
  return (
    <nav aria-label="Period">
      <ul className="flex overflow-hidden rounded-control border border-edge">
        {ACTIVITY_PERIODS.map((each) => (
          <li key={each} className="border-r border-edge last:border-r-0">
            <Link
              href={hrefOf(each)}
              scroll={false}
              prefetch={false}
              aria-current={each === period ? "true" : undefined}
              className={classes(
                "flex h-7 items-center px-2.5 text-small font-medium -outline-offset-2 pointer-coarse:h-9",
                each === period
                  ? "bg-accent-soft text-accent"
                  : "bg-surface text-muted hover:bg-sunken hover:text-ink",
              )}
            >
              {PERIOD_LABELS[each]}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
