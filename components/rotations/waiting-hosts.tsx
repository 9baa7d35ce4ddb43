import { Badge } from "@/components/ui/badge";
import { classes } from "@/components/ui/classes";
import { Disclosure } from "@/components/ui/disclosure";
import { AtMost } from "@/components/ui/page-footer";
import { ScrollBox } from "@/components/ui/scroll-box";
import { TableHead, TableHeadRow, TableRow, WIDE } from "@/components/ui/table";
import { Ago } from "@/components/ui/time";
import { formatQuantity } from "@/lib/format";
import { type RotationView, WAITING_SHOWN_MAX } from "@/lib/rotations/schema";

const CELL = classes(WIDE, "py-1.5");

/** The hosts that have not moved, by name. */
export function WaitingHosts({ rotation, now }: { rotation: RotationView; now: Date }) {
  const { id, waiting, waitingHosts } = rotation;
  const tableId = `waiting-${id}`;
  return (
    <div className="mt-2">
      <Disclosure label={`${formatQuantity(waiting, "host")} not moved yet`} isOpenAtFirst={waiting <= 10}>
        <ScrollBox label="Hosts that have not moved" className="max-h-72 rounded-control border border-line">
          <table id={tableId} aria-label="Hosts that have not moved" className="w-full border-collapse">
            <thead>
              <TableHeadRow>
                <TableHead className={WIDE}>Host</TableHead>
                <TableHead className={WIDE}>Last seen</TableHead>
                <TableHead className={WIDE}>Address</TableHead>
              </TableHeadRow>
            </thead>
            <tbody>
              {waitingHosts.map((host) => (
                <TableRow key={host.hostName}>
                  <td className={classes(CELL, "font-mono text-small break-all")}>{host.hostName}</td>
                  <td className={CELL}>
                    <Ago at={host.seenAt} now={now} />{" "}
                    {host.isConnected ? null : <Badge look="neutral">Disconnected</Badge>}
                  </td>
                  <td className={classes(CELL, "text-muted tabular-nums break-all")}>{host.address}</td>
                </TableRow>
              ))}
            </tbody>
          </table>
        </ScrollBox>
        <AtMost shown={waitingHosts.length} max={WAITING_SHOWN_MAX} which="the first by name" />
      </Disclosure>
    </div>
  );
}
