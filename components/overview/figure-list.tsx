import type { ReactNode } from "react";
import { classes } from "@/components/ui/classes";
import { Link } from "@/components/ui/link";
import { formatCounted } from "@/lib/format";

export type Figure = {
  readonly label: string;
  readonly count: number;
  /** The list of what was counted. */
  readonly href: string;
  readonly note?: string | undefined;
  /** Something that a person should look at when there is any. */
  readonly look?: "brass" | "danger";
};

const LOOKS = { brass: "text-brass", danger: "text-danger" } as const;

/** Some figures that belong together; each leads to the list behind it. */
export function FigureList({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <h2 className="mb-2 text-base font-semibold">{title}</h2>
      <ul className="grid grid-cols-2 gap-px overflow-hidden rounded-panel border border-line bg-line max-sm:[&>li:last-child:nth-child(odd)]:col-span-2 sm:grid-flow-col sm:auto-cols-fr sm:grid-cols-none">
        {children}
      </ul>
    </section>
  );
}

export function FigureItem({ label, count, href, note, look }: Figure) {
  return (
    <li className="flex bg-surface">
      <Link
        href={href}
        className="flex-1 px-4 py-3 -outline-offset-2 hover:bg-sunken/60 [&:hover_.label]:underline"
      >
        <span
          className={classes(
            "block text-2xl leading-8 font-semibold tracking-title tabular-nums",
            count > 0 && look !== undefined && LOOKS[look],
          )}
        >
          {formatCounted(count)}
        </span>
        <span className="label block leading-5">{label}</span>
        {note ? <span className="block text-small leading-5 text-muted">{note}</span> : null}
      </Link>
    </li>
  );
}
