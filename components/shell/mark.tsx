import { classes } from "@/components/ui/classes";

/** The product's sign: a lock's plate with its keyhole, and the bolt in brass. */
export function Mark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" className={classes("size-6 shrink-0", className)}>
      <path
        fillRule="evenodd"
        className="fill-accent-solid"
        d="M4 2h11a2 2 0 0 1 2 2v16a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2Zm5.5 5a2.75 2.75 0 0 0-1.4 5.12L7.4 17h4.2l-.7-4.88A2.75 2.75 0 0 0 9.5 7Z"
      />
      <path className="fill-brass-line" d="M18.25 8.5H21a1 1 0 0 1 1 1v5a1 1 0 0 1-1 1h-2.75z" />
    </svg>
  );
}

export function Wordmark() {
  return (
    <span className="flex items-center gap-2.5 text-base font-semibold tracking-title">
      <Mark />
      Latchkey
    </span>
  );
}
