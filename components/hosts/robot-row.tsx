import { Unplug } from "lucide-react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import { StackCell, StackRow, Under } from "@/components/ui/stack-table";
import { Ago } from "@/components/ui/time";
import { pathsOf } from "@/lib/paths";
import { endText } from "@/lib/sessions/rules";
import type { RobotRow as Row } from "@/lib/sessions/schema";
import { SESSION_LOOKS } from "./labels";

type RobotRowProps = {
  row: Row;
  /** Where the tenant's pages are. */
  tenantSlug: string;
  now: Date;
  hasActions: boolean;
  onDisconnect: () => void;
};

const MONO = "font-mono text-small";
const LINK = "rounded-link hover:text-accent hover:underline";

export function RobotRow({ row, tenantSlug, now, hasActions, onDisconnect }: RobotRowProps) {
  const nameId = `host-${row.sessionId}`;
  const program = [row.platform, row.robotVersion && `version ${row.robotVersion}`]
    .filter(Boolean)
    .join(", ");
  return (
    <StackRow>
      <StackCell>
        <span id={nameId} className={`${MONO} font-medium`}>
          {row.hostName}
        </span>
        {program ? <Under>{program}</Under> : null}
      </StackCell>
      <StackCell label="State">
        <Badge look={SESSION_LOOKS[row.state]}>{row.state}</Badge>
        <Under>
          {row.endedAt ? "ended " : "connected "}
          <Ago at={row.endedAt ?? row.startedAt} now={now} />
          {row.endCode ? `: ${endText(row.endCode, row.endedBy)}` : null}
        </Under>
      </StackCell>
      <StackCell label="Running job" isEmpty={row.runningJobs.length === 0}>
        <ul>
          {row.runningJobs.map(({ jobId, processName }) => (
            <li key={jobId}>
              <Link href={pathsOf(tenantSlug).job(jobId)} prefetch={false} className={`${LINK} font-medium`}>
                {processName}
              </Link>
            </li>
          ))}
        </ul>
      </StackCell>
      <StackCell label="Machine">
        {row.endedAt ? (
          row.machineName
        ) : (
          <Link href={pathsOf(tenantSlug).machine(row.machineId)} prefetch={false} className={`${LINK}`}>
            {row.machineName}
          </Link>
        )}
        <Under>
          <span className="sr-only">Secret or key ID </span>
          <span className={`${MONO}`}>{row.credentialId}</span>
        </Under>
      </StackCell>
      <StackCell label="Address" className="text-muted">
        <span className={MONO}>{row.address}</span>
      </StackCell>
      <StackCell label="Last heartbeat" className="text-muted">
        <Ago at={row.heartbeatAt} now={now} />
      </StackCell>
      {hasActions ? (
        <StackCell className="@3xl:py-1.5 @3xl:text-right">
          {row.endedAt ? null : (
            <Button size="sm" look="dangerQuiet" aria-describedby={nameId} onClick={onDisconnect}>
              <Unplug aria-hidden size={14} />
              Disconnect
            </Button>
          )}
        </StackCell>
      ) : null}
    </StackRow>
  );
}
