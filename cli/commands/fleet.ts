import {
  closeSync,
  existsSync,
  fchmodSync,
  fstatSync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, resolve } from "node:path";
import type { Command } from "commander";
import { accessOf } from "@/cli/access";
import { answer, leaf, type Manner } from "@/cli/command";
import { bold, confirm, endProgress, note, print, progress, terminalPrompt } from "@/cli/console";
import { CommandEnd, EXIT_CODES } from "@/cli/exit-codes";
import { apply } from "@/cli/fleet/apply";
import { exported } from "@/cli/fleet/export";
import { type FleetFile, readFleet } from "@/cli/fleet/file";
import { grown, makePlan, readShown, type ShownPlan, shownPlan, shows } from "@/cli/fleet/plan";
import { planText } from "@/cli/fleet/plan-text";
import { readPresent } from "@/cli/fleet/present";
import { resume, type Site, unfinished } from "@/cli/fleet/provision";
import { FILE_MAX_BYTES } from "@/cli/fleet/yaml";
import { givenPair, readPair } from "@/cli/pair";
import { codeOf } from "@/robot/replace-file";

type OfFile = Manner & { readonly file: string };

const withFile = (command: Command): Command =>
  command.option("-f, --file <file>", "the fleet's file", "machines.yaml");

function readText(path: string): string {
  try {
    if (statSync(path).size <= FILE_MAX_BYTES) return readFileSync(path, "utf8");
  } catch (error) {
    throw new CommandEnd("usage", `${path} cannot be read (${codeOf(error)}).`);
  }
  throw new CommandEnd("usage", `${path} is larger than ${FILE_MAX_BYTES / 1024 / 1024} MiB.`);
}

/** @param mode what a file that is there keeps of its own at the most */
function write(path: string, text: string, mode: number): void {
  try {
    const file = openSync(path, "w", mode);
    try {
      const stats = fstatSync(file);
      if (stats.isFile() && (stats.mode & 0o777 & ~mode) !== 0) fchmodSync(file, stats.mode & mode);
      writeFileSync(file, text);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw new CommandEnd("failed", `${path} cannot be written (${codeOf(error)}).`);
  }
}

const fleetIn = (file: string): FleetFile => readFleet(readText(file), basename(file));

async function siteOf(file: string): Promise<Site> {
  const pair = await readPair(givenPair());
  return {
    client: accessOf(pair),
    url: pair.url.href.replace(/\/$/, ""),
    clientId: pair.clientId,
    file: resolve(file),
    say: progress,
  };
}

function show(manner: Manner, shown: ShownPlan): void {
  const ids = shown.changes.map(({ what, action, name }) => `${action} ${what} ${name}`);
  answer(manner, { json: shown, ids, text: () => planText(shown, bold) });
}

type Planning = OfFile & { readonly out?: string; readonly exitCode?: boolean };

async function plan({ file, out, exitCode, ...manner }: Planning): Promise<void> {
  const fleet = fleetIn(file);
  const site = await siteOf(file);
  const shown = shownPlan(await makePlan(site.client, fleet), site.url, unfinished(site));
  if (out !== undefined) write(out, `${JSON.stringify(shown, null, 2)}\n`, 0o600);
  show(manner, shown);
  if (exitCode && shown.changes.length + shown.unfinished.length > 0) process.exitCode = EXIT_CODES.changes;
}

/** @throws CommandEnd `usage` unless it is a plan for this portal */
function readPlan(path: string, { url }: Site): ShownPlan {
  const shown = readShown(readText(path));
  if (!shown) throw new CommandEnd("usage", `${path} is not what latchkey plan --out wrote.`);
  if (shown.url !== url)
    throw new CommandEnd("usage", `${path} is a plan for ${shown.url}, and this is ${url}.`);
  return shown;
}

/** @throws CommandEnd `conflict` where more would be changed or cut than was shown */
function requireNoMore(now: ShownPlan, shown: ShownPlan): void {
  const more = grown(now, shown);
  if (more.length > 0)
    throw new CommandEnd("conflict", "Nothing was done: it is more by now than the plan showed.", more);
}

type Applying = OfFile & { readonly plan?: string; readonly yes?: boolean };

async function applyFile({ file, plan: planned, yes, ...manner }: Applying): Promise<void> {
  const fleet = fleetIn(file);
  if (planned === undefined && !yes && !terminalPrompt())
    throw new CommandEnd(
      "usage",
      "Nobody can be asked here: add --plan with what latchkey plan --out wrote, or --yes.",
    );
  const site = await siteOf(file);
  const seen = planned === undefined ? undefined : readPlan(planned, site);
  await resume(site, (creation) => seen === undefined || shows(seen, creation));
  const made = await makePlan(site.client, fleet, { isApplied: true });
  const shown = shownPlan(made, site.url);
  if (shown.changes.length > 0) {
    if (seen !== undefined) requireNoMore(shown, seen);
    else {
      if (!manner.quiet) for (const line of planText(shown).split("\n")) note(line);
      await confirm(yes);
    }
    await apply(site, made);
    endProgress();
  }
  answer(manner, {
    json: shown,
    ids: [],
    text: () => (shown.changes.length > 0 ? `Done: ${shown.changes.length} changes made.` : planText(shown)),
  });
}

type Exporting = { readonly file?: string; readonly force?: boolean };

async function exportFleet({ file, force }: Exporting): Promise<void> {
  if (file !== undefined && !force && existsSync(file))
    throw new CommandEnd(
      "usage",
      `${file} is there already. With --force it is overwritten, comments and all.`,
    );
  const { client } = await siteOf(file ?? "");
  const text = exported(await readPresent(client));
  if (file === undefined) print(text.trimEnd());
  else write(file, text, 0o666);
}

export function addFleet(program: Command): void {
  withFile(
    leaf(program, "plan", "Show what a fleet's file would change, and whom that cuts", [
      "plan -f machines.yaml",
      "plan -f machines.yaml --out plan.json --exit-code",
    ]),
  )
    .option("--out <file>", "write what is shown into a file, for apply --plan")
    .option("--exit-code", `end with ${EXIT_CODES.changes} when there is something to change`)
    .action(plan);
  withFile(
    leaf(program, "apply", "Make what is there as a fleet's file says", [
      "apply -f machines.yaml",
      "apply -f machines.yaml --plan plan.json",
    ]),
  )
    .option("--plan <file>", "do it if it is no more than this plan showed; asks nobody")
    .option("-y, --yes", "do not ask")
    .action(applyFile);
  program
    .command("export")
    .description("Write what is there as a fleet's file; no secret is in it")
    .option("-f, --file <file>", "into this file; to standard output otherwise")
    .option("--force", "overwrite the file")
    .addHelpText("after", "\nExamples:\n  $ latchkey export -f machines.yaml")
    .action(exportFleet);
}
