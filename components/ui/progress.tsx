type ProgressProps = { percent: number; label: string };

export function Progress({ percent, label }: ProgressProps) {
  return (
    <span className="flex items-center gap-2">
      <progress
        aria-label={label}
        value={percent}
        max={100}
        className="h-1.5 w-full min-w-12 appearance-none overflow-hidden rounded-link bg-sunken [&::-moz-progress-bar]:bg-accent-solid [&::-webkit-progress-bar]:bg-sunken [&::-webkit-progress-value]:bg-accent-solid"
      />
      <span aria-hidden className="w-9 shrink-0 text-right text-small text-muted tabular-nums">
        {percent}%
      </span>
    </span>
  );
}
