import { spawnSync } from "node:child_process";

const separate = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"];

/**
 * What a command line begins with to run as in a container: with a pid namespace of its own, where its first process is number 1. Where the
 * system does not allow that it is empty, and the same promises are tried on plain processes.
 */
export const CONTAINER: readonly string[] =
  spawnSync("unshare", [...separate.slice(1), "true"]).status === 0 ? separate : [];
