import { Empty } from "@/components/shell/empty";
import { ButtonLink } from "@/components/ui/button";

type NoJobsProps = { newPath: string; processesPath: string; hasProcesses: boolean; canChange: boolean };

export function NoJobs({ newPath, processesPath, hasProcesses, canChange }: NoJobsProps) {
  return (
    <Empty
      title="No jobs yet"
      buttons={
        canChange ? (
          hasProcesses ? (
            <ButtonLink href={newPath} look="primary">
              Start the first job
            </ButtonLink>
          ) : (
            <ButtonLink href={processesPath} look="primary">
              Go to the processes
            </ButtonLink>
          )
        ) : null
      }
    >
      <p>
        A job is one execution of a process on a host. It waits here until a connected robot takes it, and
        shows how far it is.
      </p>
      {hasProcesses ? null : <p>Before the first job there must be a process: something robots can run.</p>}
      {canChange ? null : <p>Ask an administrator of this tenant to start one.</p>}
    </Empty>
  );
}
