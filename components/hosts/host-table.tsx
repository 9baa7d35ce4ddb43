import { Unplug } from "lucide-react";
import { Badge } from "@/components/ui/badge";
import { classes } from "@/components/ui/classes";
import { Panel, panelClass } from "@/components/ui/panel";
import { ScrollBox } from "@/components/ui/scroll-box";
import { TableHead, TableHeadRow, TableRow, WIDE } from "@/components/ui/table";
import { Ago } from "@/components/ui/time";
import type { ConnectedHost } from "@/lib/sessions/schema";
import { SESSION_LOOKS } from "./labels";

const CELL = classes(WIDE, "py-2");

export function HostTable({ hosts, now }: { hosts: readonly ConnectedHost[]; now: Date }) {
  if (hosts.length === 0) {
    return (
      <Panel as="p" className="flex items-center gap-2.5 px-4 py-5 text-muted">
        <Unplug aria-hidden size={16} />
        No host is connected right now.
      </Panel>
    );
  }
  return (
    <ScrollBox label="List of connected hosts" className={panelClass("max-h-96")}>
      <table aria-labelledby="connected-hosts" className="w-full border-collapse">
        <thead>
          <TableHeadRow>
            <TableHead className={WIDE}>Host</TableHead>
            <TableHead className={WIDE}>State</TableHead>
            <TableHead className={classes(WIDE, "hidden md:table-cell")}>Secret or key ID</TableHead>
            <TableHead className={WIDE}>Last heartbeat</TableHead>
          </TableHeadRow>
        </thead>
        <tbody>
          {hosts.map((host) => (
            <TableRow key={host.sessionId}>
              <td className={`${CELL} font-mono text-small break-all`}>{host.hostName}</td>
              <td className={CELL}>
                <Badge look={SESSION_LOOKS[host.state]}>{host.state}</Badge>
              </td>
              <td className={`${CELL} hidden font-mono text-small md:table-cell`}>{host.credentialId}</td>
              <td className={`${CELL} text-muted`}>
                <Ago at={host.heartbeatAt} now={now} />
              </td>
            </TableRow>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}
