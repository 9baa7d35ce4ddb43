import type { ReactNode } from "react";
import type { AuditRow } from "@/lib/audit/schema";
import { formatJson } from "@/lib/format";

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function shown(value: unknown): string {
  if (value === "") return "(empty)";
  return typeof value === "string" ? value : formatJson(value);
}

/** The fields that an edit changed. */
function changesOf({ before, after }: AuditRow["details"]) {
  if (!isRecord(before) || !isRecord(after)) return [];
  return Object.keys({ ...before, ...after })
    .map((field) => ({ field, before: before[field], after: after[field] }))
    .filter((change) => JSON.stringify(change.before) !== JSON.stringify(change.after));
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="mb-1.5 font-mono wrap-anywhere whitespace-pre-wrap sm:mb-0">{children}</dd>
    </>
  );
}

/** Everything that an event holds: what changed, and the exact values behind the sentence. */
export function EventDetails({ row }: { row: AuditRow }) {
  const { before: _before, after: _after, ...rest } = row.details;
  const changes = changesOf(row.details);
  const facts: readonly (readonly [string, string | null])[] = [
    ["Time (UTC)", row.at.toISOString()],
    ["Kind", row.type],
    ["Event ID", row.id],
    ["Actor", row.actorId === null ? row.actorKind : `${row.actorKind} ${row.actorId}`],
    ["Address", row.address],
    ["Machine ID", row.machineId],
    ["Secret or key", row.credentialId],
    ...Object.entries(rest)
      .filter(([name]) => !["machineId", "credentialId", "secretId", "keyId"].includes(name))
      .map(([name, value]) => [name, shown(value)] as const),
  ];
  return (
    <div className="mt-1.5 flex flex-col gap-3 rounded-control border border-line bg-sunken px-3 py-2 text-small leading-5">
      {changes.length > 0 ? (
        <table className="w-full table-fixed border-collapse">
          <thead>
            <tr className="text-left text-muted">
              <th scope="col" className="w-1/3 py-1 pr-3 font-medium">
                Field
              </th>
              <th scope="col" className="py-1 pr-3 font-medium">
                Before
              </th>
              <th scope="col" className="py-1 font-medium">
                After
              </th>
            </tr>
          </thead>
          <tbody>
            {changes.map(({ field, before, after }) => (
              <tr key={field} className="border-t border-line align-top">
                <td className="py-1 pr-3 wrap-anywhere">{field}</td>
                <td className="py-1 pr-3 font-mono wrap-anywhere">{shown(before)}</td>
                <td className="py-1 font-mono wrap-anywhere">{shown(after)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
      <dl className="grid gap-x-4 sm:grid-cols-[9rem_minmax(0,1fr)]">
        {facts.map(([name, value]) =>
          value === null ? null : (
            <Fact key={name} name={name}>
              {value}
            </Fact>
          ),
        )}
      </dl>
    </div>
  );
}
