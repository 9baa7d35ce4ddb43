import { createHash } from "node:crypto";
import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { homedir, hostname } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { z } from "zod";
import { CommandEnd } from "@/cli/exit-codes";
import { readGuardedFile } from "@/robot/private-file";
import { codeOf } from "@/robot/replace-file";

/**
 * What is written before machines are provisioned, and removed when their secrets are where they go. Should this process die in between, the next
 * one finds out by it what was done. It holds no secret, but says which command gets them: it is never where the fleet's file comes from.
 */
const journalSchema = z.object({
  at: z.iso.datetime(),
  /** Whose it is while that process lives. */
  host: z.string(),
  process: z.number().int(),
  /** Where, and who: a request is known by its key only there. */
  url: z.string(),
  clientId: z.string(),
  idempotencyKey: z.uuid(),
  machines: z.array(
    z.object({
      row: z.looseObject({ name: z.string() }),
      secrets: z.union([
        z.literal("none"),
        z.object({ directory: z.string() }),
        z.object({ command: z.array(z.string()) }),
      ]),
      isEnabled: z.boolean(),
    }),
  ),
});

export type Journal = z.output<typeof journalSchema>;

/** A journal with the names whose secrets are where they go. */
export type StoredJournal = { readonly journal: Journal; readonly delivered: ReadonlySet<string> };

/** What a journal says of this process. */
export const startedHere = () => ({ at: new Date().toISOString(), host: hostname(), process: process.pid });

/** @returns whether another process of this computer is at it; of others nobody can say */
export function isUnderWay({ host, process: id }: Journal): boolean {
  if (host !== hostname() || id === process.pid) return false;
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

/** @returns where the journal of a fleet's file is that is there (XDG Base Directory Specification) */
export function journalOf(file: string): string {
  const given = process.env.XDG_STATE_HOME ?? "";
  const state = isAbsolute(given) ? given : join(homedir(), ".local", "state");
  return join(state, "latchkey", createHash("sha256").update(realpathSync(file)).digest("hex"));
}

const OPEN_TO_OTHERS = {
  bits: 0o077,
  because: "may have been written by somebody else on this host. Look whether it is yours",
  command: "go-rwx",
};

/** @throws CommandEnd, RobotEnd where somebody else could have written it */
function readOwn(path: string): string {
  const { getuid } = process;
  if (getuid && statSync(path).uid !== getuid())
    throw new CommandEnd("usage", `The journal ${path} is somebody else's on this host. Remove it.`);
  return readGuardedFile(path, "journal", OPEN_TO_OTHERS);
}

/** @throws CommandEnd `usage` where it cannot be written */
export function writeJournal(file: string, journal: Journal): void {
  const path = journalOf(file);
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const opened = openSync(path, "wx", 0o600);
    try {
      writeFileSync(opened, `${JSON.stringify(journal)}\n`);
      fsyncSync(opened);
    } finally {
      closeSync(opened);
    }
  } catch (error) {
    throw new CommandEnd("usage", `Nothing more was done: ${path} cannot be written (${codeOf(error)}).`);
  }
}

export const noteDelivered = (file: string, name: string): void =>
  appendFileSync(journalOf(file), `${JSON.stringify(name)}\n`);

export const removeJournal = (file: string): void => rmSync(journalOf(file), { force: true });

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * @returns what an apply has left that was stopped; null where nothing is left, or nothing was sent yet
 * @throws CommandEnd, RobotEnd where somebody else could have written it
 */
export function readJournal(file: string): StoredJournal | null {
  const path = journalOf(file);
  if (!existsSync(path)) return null;
  const [first = "", ...names] = readOwn(path).split("\n");
  const journal = journalSchema.safeParse(parsed(first));
  // It was stopped while it wrote this, before it asked for anything.
  if (!journal.success) {
    removeJournal(file);
    return null;
  }
  const delivered = names.map(parsed).filter((name) => typeof name === "string");
  return { journal: journal.data, delivered: new Set(delivered) };
}
