import { CopyButton } from "@/components/ui/copy-button";
import { ScrollBox } from "@/components/ui/scroll-box";

/** Text of a program, kept as it is: JSON, an error with its trace. */
export function CodeBlock({ label, text }: { label: string; text: string }) {
  return (
    <div className="relative">
      <ScrollBox label={`${label} text`} className="max-h-80 rounded-control border border-line bg-sunken">
        <pre className="px-3 py-2 pr-12 font-mono text-small leading-5 break-words whitespace-pre-wrap">
          {text}
        </pre>
      </ScrollBox>
      <span className="absolute top-1 right-1.5 rounded-control bg-sunken">
        <CopyButton value={text} name={`Copy ${label.toLowerCase()}`} />
      </span>
    </div>
  );
}
