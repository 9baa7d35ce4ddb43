import type { Command } from "commander";
import { acting, answer, leaf, type Manner, type Tools } from "@/cli/command";
import { jsonText } from "@/cli/console";
import { CommandEnd } from "@/cli/exit-codes";
import { wholeNumber } from "@/cli/options";
import { readJsonFile } from "@/cli/read-text";
import { tableText } from "@/cli/table";
import { CONTRACT, OPERATIONS } from "@/lib/admin-api/contract";
import type { Operation } from "@/lib/admin-api/operation";

type Asking = Manner & { readonly input?: string; readonly dryRun?: boolean; readonly ifMatch?: number };

async function ask({ client }: Tools, options: Asking, name: string): Promise<void> {
  const operations: Readonly<Record<string, Operation>> = CONTRACT;
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (!operation) throw new CommandEnd("usage", `There is no operation ${name}. See: latchkey operations`);
  const { preview } = operation;
  if (options.dryRun && !preview) throw new CommandEnd("usage", `${name} has no dry run.`);
  const input = options.input === undefined ? {} : await readJsonFile(options.input);
  if (typeof input !== "object" || input === null)
    throw new CommandEnd("usage", "The input is a JSON object.");
  const revision = options.ifMatch === undefined ? {} : { ifMatch: options.ifMatch };
  const done =
    options.dryRun && preview
      ? await client.ask({ ...operation, preview }, input, { ...revision, dryRun: true })
      : await client.ask(operation, input, revision);
  answer(options, { json: done ?? {}, ids: [], text: () => (done === undefined ? "" : jsonText(done)) });
}

export function addApi(program: Command): void {
  leaf(program, "operations", "List what the admin API can be asked", [
    "operations",
    "operations --quiet",
  ]).action((manner: Manner) =>
    answer(manner, {
      json: { items: OPERATIONS.map(({ id, tag, summary }) => ({ id, tag, summary })), next: null },
      ids: OPERATIONS.map(({ id }) => id),
      text: () =>
        tableText(
          OPERATIONS,
          [
            ["OPERATION", ({ id }) => id],
            ["ABOUT", ({ tag }) => tag],
            ["", ({ summary }) => summary],
          ],
          process.stdout.columns,
        ),
    }),
  );
  leaf(program, "api <operation>", "Ask any operation of the admin API, which /docs/api describes", [
    "api getLimits",
    "api getLimits | jq '{seen: ., limits: (. + {machinesMax: 500})}' | latchkey api editLimits --input -",
    `echo '{"machineId":"0190…"}' | latchkey api disableMachine --input - --dry-run`,
  ])
    .option("--input <path>", "JSON with what stands in path, query and body, in one; - is standard input")
    .option(
      "--if-match <revision>",
      "the revision that was read, where the operation asks for it",
      wholeNumber(1),
    )
    .option("--dry-run", "only answer what it would cut")
    .action(acting<[string], Asking>(ask));
}
