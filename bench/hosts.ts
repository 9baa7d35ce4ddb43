import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { startChild } from "./child";
import type { StreamEnd } from "./event-streams";
import type { HostsOrder, HostsReport } from "./host-streams";

/** Hosts with open streams, in processes of their own. */
export type Hosts = {
  /** Resolves when the server has ended every stream. */
  readonly ended: Promise<readonly (StreamEnd & { readonly url: string })[]>;
  stop(): void;
};

/** What a process opens besides its streams. */
const OTHER_DESCRIPTORS = 500;

/** @returns the items in as few parts as a process's descriptors need, each in the order of the items */
export function dealtOut<T>(items: readonly T[], atLeast = 1): T[][] {
  const limit = Number(/^Max open files +(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1]);
  const parts = Math.max(atLeast, Math.ceil(items.length / (limit - OTHER_DESCRIPTORS)));
  const size = Math.ceil(items.length / parts);
  return Array.from({ length: parts }, (_, part) => items.slice(part * size, (part + 1) * size));
}

function hears<K extends HostsReport["kind"]>(child: ChildProcess, kind: K) {
  return new Promise<Extract<HostsReport, { kind: K }>>((resolve, reject) => {
    child.on("message", (said: HostsReport) => {
      if (said.kind === kind) resolve(said as Extract<HostsReport, { kind: K }>);
    });
    child.once("exit", () => reject(new Error("the hosts' process ended")));
  });
}

/** Opens a stream for each session; resolves when every one has said that it is ready. */
export async function openStreams({ sessionIds, ...order }: HostsOrder): Promise<Hosts> {
  const children: ChildProcess[] = [];
  const streaming: Promise<unknown>[] = [];
  const ending: Promise<{ readonly ends: Awaited<Hosts["ended"]> }>[] = [];
  for (const part of dealtOut(sessionIds)) {
    const { child } = await startChild("host-streams.ts");
    children.push(child);
    streaming.push(hears(child, "streaming"));
    ending.push(hears(child, "ended"));
    child.send({ ...order, sessionIds: part } satisfies HostsOrder);
  }
  const ended = Promise.all(ending).then((reports) => reports.flatMap(({ ends }) => ends));
  // Whoever stops the hosts early does not wait for it.
  ended.catch(() => undefined);
  await Promise.all(streaming);
  return {
    ended,
    stop() {
      for (const child of children) child.kill();
    },
  };
}
