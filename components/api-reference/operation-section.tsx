import type { Content, Documented, DocumentedOperation } from "@/components/api-reference/documented";
import { saysOf, typeInWords } from "@/components/api-reference/reading";
import { Badge } from "@/components/ui/badge";
import { Link } from "@/components/ui/link";
import { Panel } from "@/components/ui/panel";
import { API_REFERENCE_PATH } from "@/lib/paths";
import { Marked } from "./marked";
import { NamedList, SchemaFacts } from "./schema-facts";

const LOOKS = { GET: "neutral", POST: "accent", PUT: "brass", PATCH: "brass", DELETE: "danger" } as const;

export function MethodBadge({ method }: { method: string }) {
  return <Badge look={LOOKS[method as keyof typeof LOOKS] ?? "neutral"}>{method}</Badge>;
}

/** One operation: what it is called with, what it answers, what it may refuse with. */
export function OperationSection({ operation }: { operation: DocumentedOperation }) {
  const { id, method, path, summary, description, parameters, body, answers, refusals } = operation;
  return (
    <Panel as="section" id={id} aria-labelledby={`${id}-title`} className="scroll-mt-4 p-4 sm:p-5">
      <h2 id={`${id}-title`} className="text-base font-semibold">
        {summary}
      </h2>
      <p className="mt-1.5 flex flex-wrap items-center gap-2">
        <MethodBadge method={method} />
        <code className="min-w-0 font-mono text-small wrap-anywhere">{path}</code>
      </p>
      {description.map((text) => (
        <p key={text} className="mt-2 max-w-3xl text-muted">
          <Marked text={text} />
        </p>
      ))}
      {parameters.length > 0 ? (
        <Part title="Parameters">
          <NamedList
            label={`${summary}: parameters`}
            rows={parameters.map(({ name, place, schema, isRequired }) => ({
              name,
              type: typeInWords(schema),
              says: saysOf(schema),
              note: isRequired ? `${place}, required` : place,
            }))}
          />
        </Part>
      ) : null}
      {body ? (
        <Part title={`Body${shownType(body)}`}>
          <SchemaFacts label={`${summary}: body`} schema={body.schema} asks />
        </Part>
      ) : null}
      {answers.map(({ status, says, content }) => (
        <Part key={status} title={`Answer ${status}${shownType(content)}`}>
          {content ? (
            <SchemaFacts label={`${summary}: answer ${status}`} schema={content.schema} asks={false} />
          ) : (
            <p className="text-muted">{says}; nothing is answered.</p>
          )}
        </Part>
      ))}
      {refusals.length > 0 ? (
        <Part title="Refusals">
          <p className="flex flex-wrap gap-x-3 gap-y-1 text-small">
            {refusals.map(({ status, name }) => (
              <Link
                key={status}
                href={`${API_REFERENCE_PATH}#${name}`}
                className="text-accent hover:underline pointer-coarse:py-1"
              >
                {status}
              </Link>
            ))}
          </p>
        </Part>
      ) : null}
    </Panel>
  );
}

/** What is not JSON. */
const shownType = (content: Content | undefined) =>
  content && content.mediaType !== "application/json" ? ` (${content.mediaType})` : "";

function Part({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <div className="mt-4">
      <h3 className="mb-1.5 text-small font-medium">{title}</h3>
      {children}
    </div>
  );
}

/** What each refusal of an API means, once for all its operations. */
export function Problems({
  group,
  says,
  problems,
}: Pick<Documented, "problems"> & { group: string; says: string }) {
  const id = `refusals-${group.toLowerCase().replaceAll(" ", "-")}`;
  return (
    <section aria-labelledby={id} className="scroll-mt-4">
      <h2 id={id} className="text-lg font-semibold">
        Refusals: {group}
      </h2>
      <p className="mt-1 max-w-3xl text-muted">
        <Marked text={says} />
      </p>
      <div className="mt-3 divide-y divide-line border-y border-line">
        {problems.map(({ name, status, says: means, codes }) => (
          <div key={name} id={name} className="scroll-mt-4 py-3">
            <h3 className="font-semibold">
              {status}{" "}
              <span className="ml-1 font-normal text-muted">
                <Marked text={means} />
              </span>
            </h3>
            <dl className="mt-1.5 grid gap-x-4 gap-y-1 sm:grid-cols-[minmax(13rem,max-content)_minmax(0,1fr)]">
              {codes.map(({ code, means }) => (
                <div key={code} className="contents">
                  <dt className="font-mono text-small wrap-anywhere">{code}</dt>
                  <dd className="mb-1 text-small text-muted sm:mb-0">
                    <Marked text={means} />
                  </dd>
                </div>
              ))}
            </dl>
          </div>
        ))}
      </div>
    </section>
  );
}
