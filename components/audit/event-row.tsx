import { ChevronRight } from "lucide-react";
import { EventDetails } from "@/components/audit/event-details";
import type { Words } from "@/components/audit/sentence";
import { sentenceOf } from "@/components/audit/sentences";
import { StackCell, StackRow, Under } from "@/components/ui/stack-table";
import { Instant } from "@/components/ui/time";
import type { AuditRow } from "@/lib/audit/schema";
import { formatCount } from "@/lib/format";

const WHO: Readonly<Record<string, string>> = {
  robot: "a robot of",
  apiClient: "the API client",
  anonymous: "somebody",
};

export function EventRow({ row, words }: { row: AuditRow; words: Words }) {
  const { actorKind, actorName, actorId, address, sequence, isShared } = row;
  const isRobot = actorKind === "robot" && actorId !== null;
  return (
    <StackRow>
      <StackCell label="When" className="text-muted">
        <Instant at={row.at} />
      </StackCell>
      <StackCell label="Who">
        <span className="wrap-anywhere">
          {isRobot ? (
            <>
              {WHO.robot} {words.machine(actorId, actorName)}
            </>
          ) : actorKind === "anonymous" ? (
            `${WHO.anonymous} ${actorName}`
          ) : (
            [WHO[actorKind], actorName].filter(Boolean).join(" ")
          )}
        </span>
        {address ? <Under>{address}</Under> : null}
      </StackCell>
      <StackCell>
        <p className="wrap-anywhere">{sentenceOf(row.type, row.details, words)}</p>
        <details className="group mt-0.5">
          <summary className="-ml-0.5 inline-flex w-fit cursor-pointer list-none items-center gap-1 rounded-chip text-small text-muted hover:text-ink [&::-webkit-details-marker]:hidden">
            <ChevronRight aria-hidden size={13} className="transition-transform group-open:rotate-90" />
            Details
          </summary>
          <EventDetails row={row} />
        </details>
      </StackCell>
      <StackCell label="In the chain" className="text-muted tabular-nums">
        {sequence === null ? "being sealed" : `No. ${formatCount(Number(sequence))}`}
        {isShared ? <Under>of the installation</Under> : null}
      </StackCell>
    </StackRow>
  );
}
