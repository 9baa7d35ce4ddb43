import { spawn } from "node:child_process";

/**
 * Notes what it is told, one process group a line, and kills what is left when nobody can tell it more. The signals that end the robot in
 * order are not for it: it must outlive the robot by a moment.
 */
const SCRIPT = `trap '' TERM INT HUP QUIT
groups=' '
while read -r what group; do
  case $what in
    add) groups="$groups$group " ;;
    drop) case $groups in *" $group "*) groups="\${groups%% $group *} \${groups#* $group }" ;; esac ;;
  esac
done
for group in $groups; do kill -KILL "-$group" 2>/dev/null; done`;

/** Kills the jobs' process groups when the robot dies without a chance to do it, as with kill -9. */
export type Watchdog = {
  add(group: number): void;
  drop(group: number): void;
  /** Lets it go; what is still noted is killed. */
  release(): void;
};

/**
 * Starts the watchdog: a shell that waits at the end of a pipe. The kernel closes the other end with the robot, however that ends.
 * It leads a session of its own, so that no signal to the robot's group reaches it.
 */
export function startWatchdog(): Watchdog {
  const shell = spawn("/bin/sh", ["-c", SCRIPT], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    env: { NODE_ENV: process.env.NODE_ENV, PATH: process.env.PATH ?? "/usr/bin:/bin" },
    cwd: "/",
  });
  shell.on("error", () => undefined);
  shell.stdin.on("error", () => undefined);
  shell.unref();
  return {
    add: (group) => void shell.stdin.write(`add ${group}\n`),
    drop: (group) => void shell.stdin.write(`drop ${group}\n`),
    release: () => void shell.stdin.end(),
  };
}
