import type { ReactNode } from "react";
import type { EventOf, EventType } from "@/lib/audit/events";

/** How the things that events speak of are written. */
export type Words = { readonly machine: (machineId: string, name?: string) => ReactNode };

/** What an event says after the name of who did it. */
export type Sentence<Type extends EventType> = (event: EventOf<Type>, words: Words) => ReactNode;

export function Name({ children }: { children: ReactNode }) {
  return <b className="font-semibold">{children}</b>;
}

export function Id({ children }: { children: ReactNode }) {
  return <span className="font-mono text-small">{children}</span>;
}
