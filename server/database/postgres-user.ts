import { spawnSync } from "node:child_process";
import { StartupError } from "@/server/lifecycle/startup-error";

/** The OS user that PostgreSQL's programs run as; undefined means the user of this process. */
export type PostgresUser = { readonly uid: number; readonly gid: number } | undefined;

const USER_NAME = "postgres";

/**
 * The user for the embedded PostgreSQL. PostgreSQL refuses to run as root, so for root it is the system user `postgres`, which is made when
 * it is missing; for everybody else it is the user of this process.
 * @throws StartupError when the user is missing and cannot be made.
 */
export function postgresUser(): PostgresUser {
  if (process.getuid?.() !== 0) return undefined;
  return findUser() ?? makeUser();
}

/** Whether `user` may enter the folder or run the file at `path`; asked of the operating system, so that ACLs and mounts count too. */
export function canReach(user: PostgresUser, path: string): boolean {
  if (user === undefined) return true;
  return (
    spawnSync("/bin/sh", ["-c", 'test -r "$0" -o -d "$0" && test -x "$0"', path], { ...user, cwd: "/" })
      .status === 0
  );
}

function findUser(): PostgresUser {
  const [uid, gid] = ["-u", "-g"].map((flag) => {
    const { status, stdout } = spawnSync("id", [flag, USER_NAME], { encoding: "utf8" });
    return status === 0 ? Number(stdout) : undefined;
  });
  return uid === undefined || gid === undefined || uid === 0 ? undefined : { uid, gid };
}

function makeUser(): PostgresUser {
  const made = spawnSync(
    "useradd",
    [
      "--system",
      "--user-group",
      "--no-create-home",
      "--home-dir",
      "/nonexistent",
      "--shell",
      "/usr/sbin/nologin",
      USER_NAME,
    ],
    {
      encoding: "utf8",
    },
  );
  const user = made.status === 0 ? findUser() : undefined;
  if (user !== undefined) return user;
  const reason = (made.stderr ?? made.error?.message ?? "").trim().split("\n")[0] ?? "";
  throw new StartupError(
    `PostgreSQL does not run as root, and the system user "${USER_NAME}" could not be made for it${reason ? ` (${reason})` : ""}. ` +
      `Make that user ("useradd --system ${USER_NAME}"), start Latchkey as an ordinary user, or set DATABASE_URL to a PostgreSQL of your own.`,
  );
}
