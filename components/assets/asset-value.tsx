import { Lock } from "lucide-react";

/** A value as text; a credential's is never sent to the browser. */
export function AssetValue({ value }: { value: string | null }) {
  if (value === null) {
    return (
      <span className="inline-flex items-center gap-1.5 text-muted">
        <Lock aria-hidden size={13} />
        Hidden
      </span>
    );
  }
  if (value === "") return <span className="text-muted">Empty</span>;
  return (
    <span title={value} className="line-clamp-3 font-mono text-small leading-5">
      {value}
    </span>
  );
}
