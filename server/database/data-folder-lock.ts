import { takeLock } from "@/server/database/folder-lock.mjs";
import { StartupError } from "@/server/lifecycle/startup-error";

/** The lock of one folder; it ends with the process, or earlier with `release`. */
export type DataFolderLock = { release(): void };

/**
 * Takes the lock of `folder`, so that only one process at a time keeps a database there, in whichever container.
 * @param report receives a line when it must wait
 * @throws StartupError when a live process holds the lock.
 */
export async function lockDataFolder(
  folder: string,
  report: (line: string) => void,
): Promise<DataFolderLock> {
  const taken = await takeLock(folder, "lock", {
    onWait: () => report(`waiting half a minute for signs of whoever used ${folder} last`),
    onLost() {
      throw new StartupError(
        `Another Latchkey has taken ${folder}, because this one gave no sign of life for half a minute.`,
      );
    },
  });
  if (!("holder" in taken)) return taken;
  throw new StartupError(
    `Latchkey already runs on ${folder} (process ${taken.holder.pid} of ${taken.holder.host}), and two on one folder would damage the database. ` +
      "Stop that process first, or set DATA_DIR and PORT to start another Latchkey beside it.",
  );
}
