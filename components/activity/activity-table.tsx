import { ScrollBox } from "@/components/ui/scroll-box";
import { TableRow } from "@/components/ui/table";
import { Instant } from "@/components/ui/time";
import type { ActivityBin } from "@/lib/activity/schema";
import { formatCount } from "@/lib/format";

const NUMBER = "h-7 px-2 text-right tabular-nums sm:px-3";

/** What a chart shows, in figures, the latest first. */
export function ActivityTable({ bins }: { bins: readonly ActivityBin[] }) {
  return (
    <ScrollBox
      label="Token requests over time, as a table"
      className="max-h-64 w-fit max-w-full rounded-control border border-line"
    >
      <table className="border-collapse text-small">
        <thead className="text-muted">
          <tr className="border-b border-line">
            <th scope="col" className="h-8 px-2 text-left font-medium sm:px-3">
              From
            </th>
            <th scope="col" className="h-8 px-2 text-right font-medium sm:px-3">
              Granted
            </th>
            <th scope="col" className="h-8 px-2 text-right font-medium sm:px-3">
              Refused
            </th>
          </tr>
        </thead>
        <tbody>
          {bins.toReversed().map(({ from, granted, refused }) => (
            <TableRow key={from.getTime()}>
              <th scope="row" className="h-7 px-2 text-left font-normal sm:px-3">
                <Instant at={from} />
              </th>
              <td className={NUMBER}>{formatCount(granted)}</td>
              <td className={NUMBER}>{formatCount(refused)}</td>
            </TableRow>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}
