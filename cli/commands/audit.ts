import { type Command, Option } from "commander";
import { acting, answer, groupOf, leaf, type Manner, type Tools } from "@/cli/command";
import { jsonLine, progress } from "@/cli/console";
import { CommandEnd } from "@/cli/exit-codes";
import { findMachine, findPerson } from "@/cli/find";
import { readInstant } from "@/cli/options";
import { factsText } from "@/cli/table";
import { listRecord, verifyRecord } from "@/lib/admin-api/contract/record";

type Exporting = {
  readonly from?: string;
  readonly to?: string;
  readonly kind?: string;
  readonly machine?: string;
  readonly person?: string;
  readonly credential?: string;
};

/** Writes when whoever reads has taken what came before: the whole record may be larger than memory. */
async function write(line: string): Promise<void> {
  if (!process.stdout.write(`${line}\n`))
    await new Promise((resolve) => process.stdout.once("drain", resolve));
}

async function exportRecord({ client }: Tools, options: Exporting): Promise<void> {
  const { from, to, kind, credential } = options;
  const machine = options.machine && (await findMachine(client, options.machine)).id;
  const person = options.person && (await findPerson(client, options.person)).id;
  let count = 0;
  for await (const event of client.rows(listRecord, { from, to, kind, credential, machine, person })) {
    await write(jsonLine(event));
    count += 1;
    if (count % 1000 === 0) progress(`${count} events`);
  }
}

/** @throws CommandEnd `failed` where the record is not as it was written */
async function verify({ client }: Tools, manner: Manner): Promise<void> {
  progress("walking the chain");
  const said = await client.ask(verifyRecord, {});
  const { isIntact, isInstallationIntact, chained, waiting, head, findingCount, findings, missingGuards } =
    said;
  answer(manner, {
    json: said,
    ids: [],
    text: () =>
      factsText([
        ["Intact", isIntact],
        ["Of the installation", isInstallationIntact],
        ["Events", chained],
        ["To be sealed", waiting],
        ["Head", head && `${head.sequence} ${head.digest}`],
        ["Findings", findingCount],
        ...findings.map(
          (found) => [found.kind, `${found.sequence ?? ""} ${found.event?.type ?? ""}`] as const,
        ),
        ["Guards missing", missingGuards],
      ]),
  });
  if (!isIntact || !isInstallationIntact)
    throw new CommandEnd("failed", "The record is not as it was written.");
}

export function addAudit(program: Command): void {
  const audit = groupOf(program, "audit", "The audit record");
  const exporting = leaf(audit, "export", "Write the record as JSON, one event a line, the newest first", [
    "audit export > record.jsonl",
    "audit export --from 2026-11-01T00:00:00Z --kind machine.deleted",
  ]);
  exporting
    .addOption(new Option("--from <instant>", "not before").argParser(readInstant))
    .addOption(new Option("--to <instant>", "before").argParser(readInstant))
    .option("--kind <type>", "a type such as machine.deleted, or its first half")
    .option("--machine <machine>", "about this machine")
    .option("--person <email>", "done by this person")
    .option("--credential <id>", "about this secret or key")
    .action(acting<[], Manner & Exporting>(exportRecord));
  leaf(audit, "verify", "Is every event as it was written? Exit code 1 unless it is", [
    "audit verify",
    "audit verify --json",
  ]).action(acting<[]>(verify));
}
