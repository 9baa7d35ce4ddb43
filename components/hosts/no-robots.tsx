import { Empty } from "@/components/shell/empty";
import { ButtonLink } from "@/components/ui/button";

export function NoRobots({ machinesPath }: { machinesPath: string }) {
  return (
    <Empty
      title="No robots yet"
      buttons={
        <ButtonLink href={machinesPath} look="primary">
          Go to the machines
        </ButtonLink>
      }
    >
      <p>Hosts appear here when their robot connects, and show what it is doing while it does it.</p>
      <ol className="list-decimal pl-5">
        <li>Add a machine, or take one you have: it gives you a client ID and a client secret.</li>
        <li>Put both into the environment of a robot on the host; the dialog with the secret shows how.</li>
        <li>Start the robot. It connects as that machine and this page shows it at once.</li>
      </ol>
    </Empty>
  );
}
