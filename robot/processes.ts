import { z } from "zod";
import { RobotEnd } from "./exit-codes";
import { readGuardedFile } from "./private-file";

const noNul = z.string().refine((text) => !text.includes("\0"), "must hold no NUL");

const processSchema = z.strictObject({
  /** A bare name is looked up in PATH. A relative path would depend on where the robot was started. */
  command: noNul.refine(
    (command) => /^(?:\/.*|[^/]+)$/s.test(command),
    "must be an absolute path or a bare name",
  ),
  args: z.array(noNul).default([]),
  cwd: noNul.startsWith("/", "must be an absolute path").optional(),
  env: z.record(z.string().regex(/^[A-Za-z_]\w*$/), noNul).default({}),
});

/** How a process is run on this host. */
export type LocalProcess = z.output<typeof processSchema>;

/** What this host may run, by the process's name in the portal. */
export type LocalProcesses = ReadonlyMap<string, LocalProcess>;

/**
 * Reads the file that decides what this host runs, whatever the portal asks for.
 * @throws RobotEnd `settings` when it is not as it should be, or others could have changed it
 */
export function readProcesses(path: string): LocalProcesses {
  const text = readGuardedFile(path, "list of processes", {
    bits: 0o002,
    because: "decides what is run here and can be changed by everybody on this host",
    command: "o-w",
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new RobotEnd("settings", `The list of processes ${path} is not JSON.`);
  }
  const parsed = z.record(z.string().min(1), processSchema).safeParse(value);
  if (parsed.success) return new Map(Object.entries(parsed.data));
  const problems = parsed.error.issues.map(({ path: at, message }) => `${at.join(".") || "it"}: ${message}`);
  throw new RobotEnd("settings", `The list of processes ${path} is wrong: ${problems.join("; ")}.`);
}
