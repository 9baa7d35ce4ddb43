"use client";

import { useEffect, useRef, useState } from "react";
import { type Action, attempt } from "@/components/ui/attempt";
import type { ConnectedHost } from "@/lib/sessions/schema";

export type AskHosts = Action<ConnectedHost[]>;

export type Impact =
  | { readonly state: "asking" }
  | { readonly state: "failed" }
  | { readonly state: "known"; readonly hosts: readonly ConnectedHost[] };

/** Asks anew each time the question is opened: a list loaded with the page would be old by then. */
export function useConnectedHosts(askHosts: AskHosts, machineIds: readonly string[]): Impact {
  const [impact, setImpact] = useState<Impact>({ state: "asking" });
  const ask = useRef(askHosts);
  const key = machineIds.join();
  useEffect(() => {
    let isCurrent = true;
    setImpact({ state: "asking" });
    attempt(ask.current({ machineIds: key.split(",") }), "").then((answer) => {
      if (isCurrent) setImpact(answer.ok ? { state: "known", hosts: answer.data } : { state: "failed" });
    });
    return () => {
      isCurrent = false;
    };
  }, [key]);
  return impact;
}
