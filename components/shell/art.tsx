/** A hook with nothing on it. */
export function EmptyHook() {
  return (
    <svg viewBox="0 0 120 84" aria-hidden="true" className="h-21 w-30" fill="none" strokeWidth="1.5">
      <rect x="1" y="1" width="118" height="24" rx="3" className="fill-sunken stroke-edge" />
      <path d="M55 12v14a6 6 0 0 0 12 0" className="stroke-edge" strokeLinecap="round" />
      <g className="stroke-edge" strokeDasharray="3 3.5" strokeLinejoin="round">
        <circle cx="61" cy="45" r="10" />
        <path d="M58.5 55v24l2.5 3 2.5-3v-4h5v-6h-5V55" />
      </g>
    </svg>
  );
}

/** A key broken in two. */
export function BrokenKey() {
  return (
    <svg viewBox="0 0 140 60" aria-hidden="true" className="h-15 w-35" fill="none" strokeWidth="1.5">
      <g className="fill-brass-soft stroke-brass-line" strokeLinejoin="round">
        <circle cx="22" cy="30" r="18" />
        <circle cx="16" cy="30" r="6" className="fill-paper" />
        <path d="M39.5 26H62l-4 4 5 4H39.5" />
        <path d="m84 20 43 8 4 5-5 3-6-1-1 7-8-1.500 1-7-8-1.500-1 7-8-1.500 1-7-13-2.400 4-4.600z" />
      </g>
      <path d="m68 12 2 7M76 8l-1 8M68 52l2-7" className="stroke-edge" strokeLinecap="round" />
    </svg>
  );
}
