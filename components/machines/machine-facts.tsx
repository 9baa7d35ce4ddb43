import { COMPATIBILITY_LABELS, PROCESS_TYPE_LABELS } from "@/components/machines/labels";
import { formatCount } from "@/lib/format";
import type { MachineView } from "@/lib/machines/schema";

/** The details for those who may look but not change. */
export function MachineFacts({ machine }: { machine: MachineView }) {
  const facts = [
    ["Name", machine.name],
    ["Description", machine.description || "None"],
    ["Unattended", formatCount(machine.unattendedRuntimes)],
    ["NonProduction", formatCount(machine.nonProductionRuntimes)],
    ["Testing", formatCount(machine.testingRuntimes)],
    ["Process type", PROCESS_TYPE_LABELS[machine.processType]],
    ["Process compatibility", COMPATIBILITY_LABELS[machine.processCompatibility]],
    ["Tags", machine.tags.join(", ") || "None"],
  ] as const;
  return (
    <dl className="grid gap-x-6 gap-y-2 sm:grid-cols-[12rem_minmax(0,1fr)]">
      {facts.map(([label, value]) => (
        <div key={label} className="contents">
          <dt className="text-muted">{label}</dt>
          <dd className="mb-1 break-words sm:mb-0">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
