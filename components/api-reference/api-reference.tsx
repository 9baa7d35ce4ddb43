import type { ReactNode } from "react";
import type { Documented, DocumentedTag } from "@/components/api-reference/documented";
import { adminCurlCommands } from "@/components/credentials/connect-snippets";
import { Wordmark } from "@/components/shell/mark";
import { CodeBlock } from "@/components/ui/code-block";
import { Link } from "@/components/ui/link";
import { API_REFERENCE_PATH, apiReferenceOf, OPENAPI_PATH } from "@/lib/paths";
import { Marked } from "./marked";
import { MethodBadge, OperationSection, Problems } from "./operation-section";

type Groups = Pick<Documented, "groups">;

/** The APIs for who writes a program: how to begin, what there is, what a refusal means. */
export function ApiOverview({ documented }: { documented: Documented }) {
  const { introduction, groups, problems } = documented;
  return (
    <Frame title="API" says={introduction} groups={groups}>
      <p>
        <a href={OPENAPI_PATH} className="text-accent underline underline-offset-2">
          OpenAPI 3.1 document
        </a>
      </p>
      <section aria-labelledby="begin">
        <h2 id="begin" className="text-lg font-semibold">
          Buy a token, and ask
        </h2>
        <p className="mt-1 mb-3 max-w-3xl text-muted">
          An administrator makes an API client in Settings; its file has{" "}
          <Marked text="`LATCHKEY_URL`, `LATCHKEY_CLIENT_ID` and `LATCHKEY_CLIENT_SECRET`" />. The secret
          reaches curl on its standard input, so that neither history nor list of processes shows it.
        </p>
        <CodeBlock label="Commands" text={adminCurlCommands("latchkey.env")} />
      </section>
      {groups.map(({ name, tags }) => (
        <section key={name} aria-label={name}>
          <h2 className="text-lg font-semibold">{name}</h2>
          <div className="mt-2 grid gap-x-8 gap-y-5 md:grid-cols-2">
            {tags.map((tag) => (
              <div key={tag.name}>
                <h3 className="mb-1 font-medium">
                  <Link href={apiReferenceOf(tag.name)} className="hover:underline">
                    {tag.name}
                  </Link>
                </h3>
                <Operations tag={tag} />
              </div>
            ))}
          </div>
        </section>
      ))}
      {groups.map(({ name }) => {
        const own = problems.filter(({ group }) => group === name);
        return <Problems key={name} group={name} says={refusalSays(own)} problems={own} />;
      })}
    </Frame>
  );
}

const refusalSays = ([first]: Documented["problems"]): string =>
  first?.name.startsWith("OAuth")
    ? "An error of RFC 6749 as `application/json`. Programs decide by its `error`; `error_description` is for people."
    : "A problem document (RFC 9457) as `application/problem+json`. Programs decide by its `code`; `errors` names members with a sentence each, and `traceId` is in the server's log.";

/** What there is of one tag, each operation with what it takes and answers. */
export function ApiTagReference({ groups, tag }: Groups & { tag: DocumentedTag }) {
  return (
    <Frame title={tag.name} says={[tag.says]} groups={groups} current={tag.name}>
      <Operations tag={tag} />
      {tag.operations.map((operation) => (
        <OperationSection key={operation.id} operation={operation} />
      ))}
    </Frame>
  );
}

type FrameProps = Groups & {
  title: string;
  says: readonly string[];
  current?: string;
  children: ReactNode;
};

function Frame({ title, says, groups, current, children }: FrameProps) {
  return (
    <div className="mx-auto max-w-7xl px-4 py-6 sm:px-6 lg:grid lg:grid-cols-[11rem_minmax(0,1fr)] lg:gap-10">
      <header className="lg:col-start-2">
        <Wordmark />
        <h1 className="mt-5 text-2xl leading-8 font-semibold tracking-title">{title}</h1>
        {says.map((text) => (
          <p key={text} className="mt-2 max-w-3xl text-muted">
            <Marked text={text} />
          </p>
        ))}
      </header>
      <nav aria-label="API" className="mt-6 lg:col-start-1 lg:row-span-2 lg:row-start-1 lg:mt-0">
        <div className="lg:sticky lg:top-6 lg:max-h-[calc(100dvh-3rem)] lg:overflow-y-auto">
          <Contents groups={groups} current={current} />
        </div>
      </nav>
      <main className="mt-8 flex min-w-0 flex-col gap-8 lg:col-start-2 lg:mt-0">{children}</main>
    </div>
  );
}

const linkClass =
  "text-muted hover:text-ink hover:underline aria-[current]:font-medium aria-[current]:text-ink";

function Contents({ groups, current }: Groups & { current: string | undefined }) {
  return (
    <div className="flex flex-col gap-3 text-small">
      <Link
        href={API_REFERENCE_PATH}
        aria-current={current === undefined ? "page" : undefined}
        className={linkClass}
      >
        API
      </Link>
      {groups.map(({ name, tags }) => (
        <div key={name}>
          <p className="mb-1 font-medium">{name}</p>
          <ul className="flex flex-wrap gap-x-4 gap-y-1 lg:flex-col">
            {tags.map((tag) => (
              <li key={tag.name}>
                <Link
                  href={apiReferenceOf(tag.name)}
                  aria-current={tag.name === current ? "page" : undefined}
                  className={`${linkClass} pointer-coarse:inline-block pointer-coarse:py-1`}
                >
                  {tag.name}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </div>
  );
}

/** The operations of a tag, each a link to all that is said of it. */
function Operations({ tag: { name, operations } }: { tag: DocumentedTag }) {
  return (
    <ul className="flex flex-col gap-1 text-small">
      {operations.map(({ id, method, summary }) => (
        <li key={id} className="flex items-start gap-2">
          <span className="w-14 shrink-0">
            <MethodBadge method={method} />
          </span>
          <Link
            href={`${apiReferenceOf(name)}#${id}`}
            className="min-w-0 text-muted hover:text-ink hover:underline pointer-coarse:py-1"
          >
            {summary}
          </Link>
        </li>
      ))}
    </ul>
  );
}
