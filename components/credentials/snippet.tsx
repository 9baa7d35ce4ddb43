import type { ReactNode } from "react";
import { ScrollBox } from "@/components/ui/scroll-box";

/** Text for a robot's host, with the buttons that take it there. */
export function Snippet({ label, text, children }: { label: string; text: string; children: ReactNode }) {
  return (
    <>
      <ScrollBox label={label} className="max-h-52 rounded-control border border-line bg-sunken">
        <pre className="w-fit px-2.5 py-2 font-mono text-xs leading-5">{text}</pre>
      </ScrollBox>
      <div className="mt-2 flex flex-wrap gap-2">{children}</div>
    </>
  );
}
