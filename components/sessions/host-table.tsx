import { Unplug } from "lucide-react";
import { SESSION_LOOKS } from "@/components/sessions/labels";
import { Badge } from "@/components/ui/badge";
import { ScrollBox } from "@/components/ui/scroll-box";
import { Ago } from "@/components/ui/time";
import type { ConnectedHost } from "@/lib/sessions/schema";

const HEAD = "h-9 px-3 text-left font-medium first:pl-4";
const CELL = "px-3 py-2 first:pl-4";

export function HostTable({ hosts, now }: { hosts: readonly ConnectedHost[]; now: Date }) {
  if (hosts.length === 0) {
    return (
      <p className="flex items-center gap-2.5 rounded-[5px] border border-line bg-surface px-4 py-5 text-muted">
        <Unplug aria-hidden size={16} />
        No host is connected right now.
      </p>
    );
  }
  return (
    <ScrollBox
      label="List of connected hosts"
      className="max-h-96 rounded-[5px] border border-line bg-surface"
    >
      <table aria-labelledby="connected-hosts" className="w-full border-collapse">
        <thead>
          <tr className="border-b border-line text-[0.8125rem] text-muted">
            <th scope="col" className={HEAD}>
              Host
            </th>
            <th scope="col" className={HEAD}>
              State
            </th>
            <th scope="col" className={`${HEAD} hidden md:table-cell`}>
              Secret or key ID
            </th>
            <th scope="col" className={HEAD}>
              Last heartbeat
            </th>
          </tr>
        </thead>
        <tbody>
          {hosts.map((host) => (
            <tr key={host.sessionId} className="border-b border-line last:border-b-0">
              <td className={`${CELL} font-mono text-[0.8125rem] break-all`}>{host.hostName}</td>
              <td className={CELL}>
                <Badge look={SESSION_LOOKS[host.state]}>{host.state}</Badge>
              </td>
              <td className={`${CELL} hidden font-mono text-[0.8125rem] md:table-cell`}>
                {host.credentialId}
              </td>
              <td className={`${CELL} text-muted`}>
                <Ago at={host.heartbeatAt} now={now} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}
