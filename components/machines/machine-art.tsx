/** A board of hooks, one with a key on it: the place is ready, the machines are missing. */
export function KeyBoard() {
  return (
    <svg viewBox="0 0 200 104" aria-hidden="true" className="h-26 w-50" fill="none" strokeWidth="1.5">
      <rect x="1" y="1" width="198" height="26" rx="3" className="fill-sunken stroke-edge" />
      {[26, 75, 124, 173].map((x) => (
        <path key={x} d={`M${x} 14v13a5 5 0 0 0 10 0`} className="stroke-edge" strokeLinecap="round" />
      ))}
      <g className="stroke-brass-line" strokeLinejoin="round">
        <circle cx="82" cy="43" r="11" className="fill-brass-soft" />
        <circle cx="82" cy="39.5" r="4" className="fill-paper" />
        <path d="M79.5 54v34l2.5 3 2.5-3v-4h6v-6h-6v-5h6v-6h-6v-13.2" className="fill-brass-soft" />
      </g>
      <g className="stroke-line" strokeDasharray="3 3">
        <path d="M33 33v58M131 33v58M180 33v58" strokeLinecap="round" />
      </g>
    </svg>
  );
}
