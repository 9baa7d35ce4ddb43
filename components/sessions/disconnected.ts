import { formatNames, formatQuantity } from "@/lib/format";

/** @returns ` 2 hosts disconnected: a and b.`, or nothing when nothing was connected */
export function disconnectedSentence(hosts: readonly string[]): string {
  return hosts.length === 0
    ? ""
    : ` ${formatQuantity(hosts.length, "host")} disconnected: ${formatNames(hosts)}.`;
}
