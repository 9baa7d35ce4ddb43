import { formatNames, formatQuantity } from "@/lib/format";

/** What a deed has cut, as its answer says it. */
export type Cut = { readonly disconnectedHosts: readonly string[]; readonly stoppedJobs: number };

/** @returns ` 2 hosts disconnected: a and b. 1 job stopped.`, or nothing when nothing was connected */
export function disconnectedSentence({ disconnectedHosts: hosts, stoppedJobs }: Cut): string {
  if (hosts.length === 0) return "";
  const stopped = stoppedJobs === 0 ? "" : ` ${formatQuantity(stoppedJobs, "job")} stopped.`;
  return ` ${formatQuantity(hosts.length, "host")} disconnected: ${formatNames(hosts)}.${stopped}`;
}
