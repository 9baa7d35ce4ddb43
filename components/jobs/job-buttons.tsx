"use client";

import { OctagonX, Square } from "lucide-react";
import { useState } from "react";
import type { Action } from "@/components/ui/attempt";
import { Button } from "@/components/ui/button";
import { ConfirmDialog, LOST_ANSWER } from "@/components/ui/confirm-dialog";
import { useToasts } from "@/components/ui/toast";
import { useAttempt } from "@/components/ui/use-attempt";
import { nextState } from "@/lib/jobs/rules";
import type { JobView } from "@/lib/jobs/schema";

export type JobActions = { readonly stop: Action<unknown>; readonly kill: Action<unknown> };

type JobButtonsProps = { job: JobView; actions: JobActions };

export function JobButtons({ job, actions }: JobButtonsProps) {
  const toasts = useToasts();
  const [isAsking, setAsking] = useState(false);
  const canStop = nextState(job.state, "stop") !== null;
  const canKill = job.state !== "Pending" && nextState(job.state, "kill") !== null;

  const { isPending, run } = useAttempt({
    lost: LOST_ANSWER,
    onDone: () => toasts.add({ title: "Asked to stop." }),
    onRefused: ({ message }) => {
      toasts.add({ title: message, priority: "high", type: "failure" });
      return null;
    },
  });

  return (
    <div className="flex gap-2 empty:hidden">
      {canStop ? (
        <Button aria-busy={isPending} onClick={() => run(() => actions.stop({ jobId: job.id }))}>
          <Square aria-hidden size={14} />
          Stop
        </Button>
      ) : null}
      {canKill ? (
        <Button look="dangerQuiet" onClick={() => setAsking(true)}>
          <OctagonX aria-hidden size={15} />
          Kill
        </Button>
      ) : null}
      {isAsking ? (
        <ConfirmDialog
          title="Kill this job?"
          description={
            <>
              The robot on <strong className="font-medium text-ink">{job.hostName}</strong> ends{" "}
              <strong className="font-medium text-ink">{job.processName}</strong> at once. Work that is half
              done stays half done; Stop lets it end in its own way.
            </>
          }
          verb="Kill"
          run={() => actions.kill({ jobId: job.id })}
          onDone={() => toasts.add({ title: "Told the robot to kill it." })}
          onClose={() => setAsking(false)}
        />
      ) : null}
    </div>
  );
}
