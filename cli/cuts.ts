import type { Command } from "commander";
import type { AnswerOf } from "@/lib/admin-api/operation";
import type { cutPreviewSchema, cutSchema } from "@/lib/admin-api/shapes";
import { answer, type Manner } from "./command";
import { confirm, note, plain } from "./console";

export type Cut = AnswerOf<typeof cutPreviewSchema>;
type Done = AnswerOf<typeof cutSchema>;

/** Of what cuts, or takes away for good. */
export type Cutting = Manner & { readonly yes?: boolean; readonly dryRun?: boolean };

export const withCutting = (command: Command): Command =>
  command
    .option("--dry-run", "only show whom it would cut")
    .option("-y, --yes", "do not ask; needed where nobody can be asked");

const counted = (count: number, one: string, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

/** @returns whom a deed would cut, a line each after the one that counts them */
export function cutInWords(what: string, { hosts, jobs }: Cut): string[] {
  const cuts = `disconnects ${counted(hosts.length, "host")}, stops ${counted(jobs.length, "job")}`;
  return [
    `${what}: ${hosts.length + jobs.length === 0 ? "cuts nobody" : cuts}.`,
    ...hosts.map(({ hostName, state }) => `  host ${hostName} (${state})`),
    ...jobs.map(({ processName, hostName }) => `  job ${processName} on ${hostName}`),
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
export async function cutting(
  options: Cutting,
  what: string,
  {
    look,
    cut,
    ids,
    isHarmless,
  }: {
    readonly look: () => Promise<Cut>;
    readonly cut: () => Promise<Done>;
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
      ids: preview.hosts.map(({ sessionId }) => sessionId),
      text: () => plain(words),
    });
    return;
  }
  if (!options.quiet) for (const line of words) note(line);
  const isAsked = !isHarmless || preview.hosts.length + preview.jobs.length > 0;
  await confirm(options.yes || !isAsked);
  const done = await cut();
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
