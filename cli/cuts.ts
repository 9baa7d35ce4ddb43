import type { Command } from "commander";
import type { deleteMachines } from "@/lib/admin-api/contract/bulk";
import type { AnswerOf } from "@/lib/admin-api/operation";
import type { cutPreviewSchema, cutSchema } from "@/lib/admin-api/shapes";
import { answer, type Manner } from "./command";
import { confirm, note, plain } from "./console";

/** Whom a deed on one thing would cut, and one on many machines, whose `token` holds the deed to what was shown. */
export type Cut = AnswerOf<typeof cutPreviewSchema>;
export type CutOfMany = AnswerOf<(typeof deleteMachines)["preview"]>;
type Done = AnswerOf<typeof cutSchema>;

/** Of what cuts, or takes away for good. */
export type Cutting = Manner & { readonly yes?: boolean; readonly dryRun?: boolean };

export const withCutting = (command: Command): Command =>
  command
    .option("--dry-run", "only show whom it would cut")
    .option("-y, --yes", "do not ask; needed where nobody can be asked");

const counted = (count: number, one: string, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

type Summed = { readonly hosts: number; readonly jobs: number; readonly named: readonly string[] };

function summed(preview: Cut | CutOfMany): Summed {
  const jobOf = ({ processName, hostName }: { readonly processName: string; readonly hostName: string }) =>
    `  job ${processName} on ${hostName}`;
  if (!("token" in preview)) {
    const hosts = preview.hosts.map(({ hostName, state }) => `  host ${hostName} (${state})`);
    return {
      hosts: hosts.length,
      jobs: preview.jobs.length,
      named: [...hosts, ...preview.jobs.map(jobOf)],
    };
  }
  const { hosts, jobs } = preview;
  const left = hosts.count + jobs.count - hosts.names.length - jobs.first.length;
  const named = [
    ...hosts.names.map((name) => `  host ${name}`),
    ...jobs.first.map(jobOf),
    ...(left > 0 ? [`  and ${left} more`] : []),
  ];
  return { hosts: hosts.count, jobs: jobs.count, named };
}

function cutInWords(what: string, { hosts, jobs, named }: Summed): string[] {
  const cuts = `disconnects ${counted(hosts, "host")}, stops ${counted(jobs, "job")}`;
  return [`${what}: ${hosts + jobs === 0 ? "cuts nobody" : cuts}.`, ...named];
}

/** @returns what was cut */
export const doneInWords = ({ disconnectedHosts: hosts, stoppedJobs: jobs }: Done): string =>
  hosts.length + jobs === 0
    ? "Nobody was cut."
    : `Disconnected ${counted(hosts.length, "host")}${hosts.length > 0 ? ` (${hosts.join(", ")})` : ""}, stopped ${counted(jobs, "job")}.`;

/**
 * Shows whom a deed would cut, or, where it cuts nobody at once, who has to move; and asks.
 * @returns whether it is to be done: not where it was only to be shown
 */
export async function isWanted(
  options: Cutting,
  what: string,
  preview: Cut | CutOfMany,
  {
    isHarmless = false,
    isCut = true,
  }: { readonly isHarmless?: boolean | undefined; readonly isCut?: boolean } = {},
): Promise<boolean> {
  const cut = summed(preview);
  const words = isCut
    ? cutInWords(what, cut)
    : [`${what}: ${counted(cut.hosts, "host")} to move.`, ...cut.named];
  if (options.dryRun) {
    const ids = "token" in preview ? preview.hosts.names : preview.hosts.map(({ sessionId }) => sessionId);
    answer(options, { json: preview, ids, text: () => plain(words) });
    return false;
  }
  if (!options.quiet) for (const line of words) note(line);
  await confirm(options.yes || (isHarmless && cut.hosts + cut.jobs === 0));
  return true;
}

/**
 * Shows whom a deed would cut, asks, and does it.
 * @param what the deed, as a person would say it
 */
export async function cutting<P extends Cut | CutOfMany>(
  options: Cutting,
  what: string | ((preview: P) => string),
  {
    look,
    cut,
    ids,
    isHarmless,
  }: {
    readonly look: () => Promise<P>;
    /** Gets what was shown. */
    readonly cut: (shown: P) => Promise<Done>;
    readonly ids: readonly string[];
    /** Where it cuts nobody there is nothing to ask. */
    readonly isHarmless?: boolean;
  },
): Promise<void> {
  const preview = await look();
  if (!(await isWanted(options, typeof what === "string" ? what : what(preview), preview, { isHarmless })))
    return;
  const done = await cut(preview);
  answer(options, { json: done, ids, text: () => plain([doneInWords(done)]) });
}

/** Asks, and takes away what cuts nobody. */
export async function removing(
  options: Cutting,
  what: string,
  { remove, ids }: { readonly remove: () => Promise<unknown>; readonly ids: readonly string[] },
): Promise<void> {
  note(`${what}.`);
  if (options.dryRun) return;
  await confirm(options.yes);
  await remove();
  answer(options, { json: {}, ids, text: () => "" });
}
