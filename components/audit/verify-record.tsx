"use client";

import { ShieldCheck } from "lucide-react";
import { type ReactNode, useState, useTransition } from "react";
import { FINDINGS } from "@/components/audit/labels";
import { type Action, attempt } from "@/components/ui/attempt";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { Instant } from "@/components/ui/time";
import { type ChainReport, type Finding, isIntact, type TenantReport } from "@/lib/audit/schema";
import type { ActionResult } from "@/lib/errors";
import { formatCount, formatQuantity } from "@/lib/format";

const LOST = "The answer did not arrive. Try again.";

type VerifyRecordProps = {
  verify: Action<TenantReport>;
  /** What else one can do with the record; it stands beside the button. */
  children: ReactNode;
};

/** The button that walks the chain, and what the walk found. */
export function VerifyRecord({ verify, children }: VerifyRecordProps) {
  const [isPending, startTransition] = useTransition();
  const [answer, setAnswer] = useState<ActionResult<TenantReport> | null>(null);
  return (
    <>
      <div className="mb-4 flex flex-wrap items-center gap-2">
        <Button
          aria-busy={isPending}
          onClick={() => {
            if (!isPending) startTransition(async () => setAnswer(await attempt(() => verify({}), LOST)));
          }}
        >
          <ShieldCheck aria-hidden size={15} />
          {isPending ? "Verifying…" : "Verify the chain"}
        </Button>
        {children}
      </div>
      {answer && !isPending ? (
        <div className="mb-4 flex flex-col gap-2">
          {answer.ok ? (
            <>
              <Report report={answer.data} />
              {answer.data.isInstallationIntact ? null : <InstallationBroken />}
            </>
          ) : (
            <Banner look="danger" role="alert">
              {answer.message}
            </Banner>
          )}
        </div>
      ) : null}
    </>
  );
}

function Report({ report }: { report: ChainReport }) {
  const { chained, waiting, head, findings, findingCount, missingGuards } = report;
  const ok = isIntact(report);
  return (
    <Banner look={ok ? "note" : "danger"} role={ok ? "status" : "alert"}>
      <p className="font-semibold">
        {ok
          ? `The chain is intact: ${formatQuantity(chained, "event is", "events are")} as they were written, and none is missing.`
          : `The chain is broken in ${formatQuantity(findingCount + missingGuards.length, "place")}.`}
      </p>
      {waiting > 0 ? <p>{formatCount(waiting)} more will be sealed within a few seconds.</p> : null}
      {findings.length > 0 ? (
        <ul className="mt-2 flex flex-col gap-2">
          {findings.map((finding) => (
            <li key={`${finding.kind} ${finding.sequence} ${finding.eventId} ${finding.subjectId}`}>
              <Place finding={finding} />
            </li>
          ))}
        </ul>
      ) : null}
      {findingCount > findings.length ? (
        <p className="mt-2">And {formatCount(findingCount - findings.length)} more.</p>
      ) : null}
      {missingGuards.map((guard) => (
        <p key={guard} className="mt-2">
          The database’s trigger <span className="font-mono text-small">{guard}</span>, which keeps the record
          from being changed, is missing or switched off.
        </p>
      ))}
      {ok && head ? (
        <div className="mt-1 text-small text-muted">
          <p>Its head, kept elsewhere, proves later that nothing up to here was taken away:</p>
          <p className="flex items-center gap-1">
            <span className="font-mono break-all">
              {head.sequence}:{head.digest}
            </span>
            <CopyButton value={`${head.sequence}:${head.digest}`} name="Copy the head" />
          </p>
        </div>
      ) : null}
    </Banner>
  );
}

function InstallationBroken() {
  return (
    <Banner look="danger" role="alert">
      <p className="font-semibold">The installation’s chain, which all tenants share, is broken.</p>
      <p>
        The events marked “of the installation” stand in it. On the server,{" "}
        <span className="font-mono text-small">npm run audit:verify</span> says where.
      </p>
    </Banner>
  );
}

function Place({ finding: { kind, sequence, eventId, event, subjectId } }: { finding: Finding }) {
  return (
    <>
      {sequence === null ? null : <b className="font-semibold">No. {formatCount(Number(sequence))}: </b>}
      {FINDINGS[kind]}
      {event ? (
        <span className="block text-small">
          It now says: {event.type} by {event.actorName}, <Instant at={event.at} />
        </span>
      ) : null}
      {eventId === null ? null : <span className="block font-mono text-xs break-all">event {eventId}</span>}
      {subjectId === undefined ? null : (
        <span className="block font-mono text-xs break-all">{subjectId}</span>
      )}
    </>
  );
}
