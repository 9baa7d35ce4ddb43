import type { Command } from "commander";
import type { AnswerOf } from "@/lib/admin-api/operation";
import type { cutPreviewSchema, cutSchema, manyPreviewSchema } from "@/lib/admin-api/shapes";
import { answer, type Manner } from "./command";
import { confirm, note, plain } from "./console";

export type CutOfMany = AnswerOf<typeof manyPreviewSchema>;
export type Cut = AnswerOf<typeof cutPreviewSchema> | CutOfMany;
type Done = AnswerOf<typeof cutSchema>;

/** Of what cuts, or takes away for good. */
export type Cutting = Manner & { readonly yes?: boolean; readonly dryRun?: boolean };

export const withCutting = (command: Command): Command =>
  command
    .option("--dry-run", "only show whom it would cut")
    .option("-y, --yes", "do not ask; needed where nobody can be asked");

const counted = (count: number, one: string, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

/** Whom a deed would cut: how many, and those that are named. */
function affected(cut: Cut) {
  if ("token" in cut) {
    const { hosts, jobs } = cut;
    return {
      hosts: hosts.count,
      jobs: jobs.count,
      hostLines: hosts.names,
      jobLines: jobs.first,
      ids: hosts.names,
    };
  }
  return {
    hosts: cut.hosts.length,
    jobs: cut.jobs.length,
    hostLines: cut.hosts.map(({ hostName, state }) => `${hostName} (${state})`),
    jobLines: cut.jobs,
    ids: cut.hosts.map(({ sessionId }) => sessionId),
  };
}

const cutsNobody = (cut: Cut) => affected(cut).hosts + affected(cut).jobs === 0;

/** @returns whom a deed would cut, a line each after the one that counts them */
export function cutInWords(what: string, cut: Cut): string[] {
  const { hosts, jobs, hostLines, jobLines } = affected(cut);
  const cuts = `disconnects ${counted(hosts, "host")}, stops ${counted(jobs, "job")}`;
  const left = hosts + jobs - hostLines.length - jobLines.length;
  return [
    `${what}: ${cutsNobody(cut) ? "cuts nobody" : cuts}.`,
    ...hostLines.map((host) => `  host ${host}`),
    ...jobLines.map(({ processName, hostName }) => `  job ${processName} on ${hostName}`),
    ...(left > 0 ? [`  and ${left} more`] : []),
  ];
}

/** @returns what was cut */
export const doneInWords = ({ disconnectedHosts: hosts, stoppedJobs: jobs }: Done): string =>
  hosts.length + jobs === 0
    ? "Nobody was cut."
    : `Disconnected ${counted(hosts.length, "host")}${hosts.length > 0 ? ` (${hosts.join(", ")})` : ""}, stopped ${counted(jobs, "job")}.`;

/**
 * Shows whom a deed would cut, asks, and does it.
 * @param what the deed, as a person would say it
 */
export async function cutting<C extends Cut>(
  options: Cutting,
  what: string,
  {
    look,
    cut,
    ids,
    isHarmless,
  }: {
    readonly look: () => Promise<C>;
    readonly cut: (shown: C) => Promise<Done>;
    readonly ids: readonly string[];
    /** Where it cuts nobody there is nothing to ask. */
    readonly isHarmless?: boolean;
  },
): Promise<void> {
  const preview = await look();
  const words = cutInWords(what, preview);
  if (options.dryRun) {
    answer(options, {
      json: preview,
      ids: affected(preview).ids,
      text: () => plain(words),
    });
    return;
  }
  if (!options.quiet) for (const line of words) note(line);
  const isAsked = !isHarmless || !cutsNobody(preview);
  await confirm(options.yes || !isAsked);
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
