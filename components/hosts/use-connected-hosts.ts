"use client";

import { useEffect, useRef, useState } from "react";
import { type Action, attempt } from "@/components/ui/attempt";
import type { RunningJob } from "@/lib/jobs/schema";
import type { ConnectedHost } from "@/lib/sessions/schema";

/** What is asked before a cut: who is connected, and what runs there. */
export type ImpactQuestions = {
  readonly askHosts: Action<ConnectedHost[]>;
  readonly askJobs: Action<RunningJob[]>;
};

export type Impact =
  | { readonly state: "asking" }
  | { readonly state: "failed" }
  | {
      readonly state: "known";
      readonly hosts: readonly ConnectedHost[];
      readonly jobs: readonly RunningJob[];
    };

/** Asks anew each time the question is opened: a list loaded with the page would be old by then. */
export function useConnectedHosts(questions: ImpactQuestions, machineIds: readonly string[]): Impact {
  const [impact, setImpact] = useState<Impact>({ state: "asking" });
  const ask = useRef(questions);
  const key = machineIds.join();
  useEffect(() => {
    let isCurrent = true;
    setImpact({ state: "asking" });
    const about = { machineIds: key.split(",") };
    const { askHosts, askJobs } = ask.current;
    Promise.all([attempt(() => askHosts(about), ""), attempt(() => askJobs(about), "")]).then(
      ([hosts, jobs]) => {
        if (!isCurrent) return;
        setImpact(
          hosts.ok && jobs.ok ? { state: "known", hosts: hosts.data, jobs: jobs.data } : { state: "failed" },
        );
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [key]);
  return impact;
}

/** @returns what of it is connected with these credentials */
export function hostsThrough(impact: Impact, ...credentialIds: readonly string[]): Impact {
  if (impact.state !== "known") return impact;
  const hosts = impact.hosts.filter((host) => credentialIds.includes(host.credentialId));
  const cut = new Set(hosts.map(({ sessionId }) => sessionId));
  return { state: "known", hosts, jobs: impact.jobs.filter(({ sessionId }) => cut.has(sessionId)) };
}
