import type { ReactNode } from "react";
import { EmptyHook } from "@/components/shell/art";
import { Panel } from "@/components/ui/panel";

type EmptyProps = { title: string; children: ReactNode; buttons?: ReactNode };

/** A list with nothing in it says what belongs there and how it comes there. */
export function Empty({ title, children, buttons }: EmptyProps) {
  return (
    <Panel as="section" className="px-5 py-10 sm:px-10">
      <EmptyHook />
      <h2 className="mt-6 text-base font-semibold">{title}</h2>
      <div className="mt-1 flex max-w-xl flex-col gap-2 text-muted">{children}</div>
      {buttons ? <div className="mt-5 flex flex-wrap gap-2">{buttons}</div> : null}
    </Panel>
  );
}
