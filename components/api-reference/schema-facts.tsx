import type { Schema } from "@/components/api-reference/documented";
import { exampleOf, membersOf } from "@/components/api-reference/reading";
import { ScrollBox } from "@/components/ui/scroll-box";
import { Marked } from "./marked";

export type Named = {
  readonly name: string;
  readonly type: string;
  readonly says: string;
  readonly note: string;
};

/** Names with what each is: parameters, or members of a body. */
export function NamedList({ label, rows }: { label: string; rows: readonly Named[] }) {
  return (
    <dl aria-label={label} className="divide-y divide-line border-y border-line">
      {rows.map(({ name, type, says, note }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: of two shapes both may have a member of the name
        <div key={`${name} ${index}`} className="grid gap-x-4 py-1.5 sm:grid-cols-[minmax(11rem,2fr)_5fr]">
          <dt className="min-w-0 font-mono text-small wrap-anywhere">{name}</dt>
          <dd className="min-w-0 text-small">
            <span className="font-mono text-muted wrap-anywhere">{type}</span>
            {note ? <span className="ml-2 text-xs text-brass">{note}</span> : null}
            {says ? (
              <span className="block text-muted">
                <Marked text={says} />
              </span>
            ) : null}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** A body or an answer: its members, and an example for who opens it. */
export function SchemaFacts({ label, schema, asks }: { label: string; schema: Schema; asks: boolean }) {
  const rows = membersOf(schema).map(({ name, type, says, isRequired }) => ({
    name,
    type,
    says,
    note: asks && isRequired ? "required" : !asks && !isRequired ? "may be missing" : "",
  }));
  return (
    <>
      {rows.length > 0 ? <NamedList label={label} rows={rows} /> : null}
      <details className="mt-2">
        <summary className="w-fit cursor-pointer text-small text-muted hover:text-ink pointer-coarse:py-2">
          Example
        </summary>
        <ScrollBox
          label={`${label}: example`}
          className="mt-1.5 max-h-80 rounded-control border border-line bg-sunken"
        >
          <pre className="w-fit px-3 py-2 font-mono text-small leading-5">
            {JSON.stringify(exampleOf(schema), null, 2)}
          </pre>
        </ScrollBox>
      </details>
    </>
  );
}
