import type { Documented } from "@/components/api-reference/documented";
import { adminCurlCommands } from "@/components/credentials/connect-snippets";
import { Wordmark } from "@/components/shell/mark";
import { CodeBlock } from "@/components/ui/code-block";
import { Marked } from "./marked";
import { MethodBadge, OperationSection, Problems } from "./operation-section";

const anchorOf = (tag: string) => `tag-${tag.toLowerCase().replaceAll(" ", "-")}`;

/** The admin API for who writes a program: how to begin, and each operation. */
export function ApiReference({ documented, documentPath }: { documented: Documented; documentPath: string }) {
  const { introduction, tags, problems } = documented;
  return (
    <div className="mx-auto max-w-7xl px-4 py-6 sm:px-6 lg:grid lg:grid-cols-[15rem_minmax(0,1fr)] lg:gap-10">
      <header className="lg:col-start-2">
        <Wordmark />
        <h1 className="mt-5 text-2xl leading-8 font-semibold tracking-title">Admin API</h1>
        {introduction.map((text) => (
          <p key={text} className="mt-2 max-w-3xl text-muted">
            <Marked text={text} />
          </p>
        ))}
        <p className="mt-2">
          <a href={documentPath} className="text-accent underline underline-offset-2">
            OpenAPI 3.1 document
          </a>
        </p>
      </header>
      <nav aria-label="Operations" className="mt-6 lg:col-start-1 lg:row-span-2 lg:row-start-1 lg:mt-0">
        <div className="lg:sticky lg:top-6 lg:max-h-[calc(100dvh-3rem)] lg:overflow-y-auto">
          <Contents tags={tags} />
        </div>
      </nav>
      <main className="mt-8 flex min-w-0 flex-col gap-8 lg:col-start-2">
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
        {tags.map(({ name, says, operations }) => (
          <section key={name} aria-labelledby={anchorOf(name)} className="flex flex-col gap-4">
            <div>
              <h2 id={anchorOf(name)} className="scroll-mt-4 text-lg font-semibold">
                {name}
              </h2>
              <p className="text-muted">{says}</p>
            </div>
            {operations.map((operation) => (
              <OperationSection key={operation.id} operation={operation} />
            ))}
          </section>
        ))}
        <Problems problems={problems} />
      </main>
    </div>
  );
}

function Contents({ tags }: Pick<Documented, "tags">) {
  return (
    <ul className="flex flex-col gap-3 text-small">
      {tags.map(({ name, operations }) => (
        <li key={name}>
          <a href={`#${anchorOf(name)}`} className="font-medium hover:underline">
            {name}
          </a>
          <ul className="mt-1 flex flex-col gap-0.5">
            {operations.map(({ id, method, summary }) => (
              <li key={id} className="flex items-start gap-1.5">
                <span className="w-14 shrink-0">
                  <MethodBadge method={method} />
                </span>
                <a
                  href={`#${id}`}
                  className="min-w-0 text-muted hover:text-ink hover:underline pointer-coarse:py-1"
                >
                  {summary}
                </a>
              </li>
            ))}
          </ul>
        </li>
      ))}
      <li>
        <a href="#problems" className="font-medium hover:underline">
          Refusals
        </a>
      </li>
    </ul>
  );
}
