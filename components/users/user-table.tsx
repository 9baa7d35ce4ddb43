import { Badge } from "@/components/ui/badge";
import { type Column, StackCell, StackRow, StackTable, Under } from "@/components/ui/stack-table";
import { Ago, Day } from "@/components/ui/time";
import type { MailProblem } from "@/lib/notifications/schema";
import type { PersonRow } from "@/lib/users/schema";
import { type UserDeed, UserMenu } from "./user-menu";

type UserTableProps = {
  people: readonly PersonRow[];
  now: Date;
  mailProblems: readonly MailProblem[];
  canShareInstallation: boolean;
  onAsk: (deed: UserDeed, person: PersonRow) => void;
};

const COLUMNS: readonly Column[] = [
  { label: "Email" },
  { label: "Role", className: "w-36" },
  { label: "State", className: "w-28" },
  { label: "Second factor", className: "w-32" },
  { label: "Last sign-in", className: "w-32" },
  { label: "Member since", className: "w-32" },
  { label: "Actions", className: "w-16", isHidden: true },
];

function MailTrouble({ problem }: { problem: MailProblem | undefined }) {
  if (!problem) return null;
  return (
    <Under>
      <span className="text-danger">
        Mail to them was not taken{problem.status ? `: ${problem.status}` : null}.
      </span>{" "}
      {problem.answer} {problem.isWaiting ? "It is tried again." : null}
    </Under>
  );
}

export function UserTable({ people, now, mailProblems, canShareInstallation, onAsk }: UserTableProps) {
  return (
    <StackTable label="Users" columns={COLUMNS}>
      {people.map((person) => (
        <StackRow key={person.id}>
          <StackCell className="font-medium">
            <span id={`user-${person.id}`}>{person.email}</span>
            {person.isYou ? <span className="ml-2 font-normal text-muted">(you)</span> : null}
            <MailTrouble problem={mailProblems.find(({ adminId }) => adminId === person.id)} />
          </StackCell>
          <StackCell label="Role">
            {person.role}
            {person.managesInstallation ? <Under>Manages the installation</Under> : null}
          </StackCell>
          <StackCell label="State">
            <Badge look={person.isDisabled ? "brass" : "accent"}>
              {person.isDisabled ? "Disabled" : "Active"}
            </Badge>
          </StackCell>
          <StackCell label="Second factor" className={person.hasSecondFactor ? "" : "text-muted"}>
            {person.hasSecondFactor ? "On" : "Off"}
          </StackCell>
          <StackCell label="Last sign-in" className="text-muted">
            {person.lastSignedInAt ? <Ago at={person.lastSignedInAt} now={now} /> : "Never"}
          </StackCell>
          <StackCell label="Member since" className="text-muted">
            <Day at={person.joinedAt} />
          </StackCell>
          <StackCell className="@3xl:py-1.5">
            <span className="flex @3xl:justify-end">
              <UserMenu
                person={person}
                canShareInstallation={canShareInstallation}
                describedBy={`user-${person.id}`}
                onAsk={(deed) => onAsk(deed, person)}
              />
            </span>
          </StackCell>
        </StackRow>
      ))}
    </StackTable>
  );
}
