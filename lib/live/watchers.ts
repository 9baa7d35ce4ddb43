import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises";
import { isDatabaseAway } from "@/lib/db";
import { log } from "@/lib/log";
import { oncePerProcess } from "@/lib/shared";
import { SECOND_MILLISECONDS } from "@/lib/time";

/** Somebody who wants to know what the tables say. */
export type Watcher = {
  /** False when nobody wants to know any more. */
  readonly isOpen: boolean;
};

const AT_ONCE = 1_000;

/**
 * Makes a look over the tables that is shared. Watchers that ask while one look is under way share the next, so that a cut of a thousand hosts
 * costs a few questions and not a thousand. A look that fails is tried again until it succeeds: what was signalled is not signalled twice.
 * @param name one a kind of watcher
 * @param tell looks once for all of them, and tells each
 * @returns looks for a watcher, soon and at least once from now on
 */
export function lookTogether<W extends Watcher>(
  name: string,
  tell: (watchers: readonly W[]) => Promise<void>,
): (watcher: W) => void {
  const state = () => oncePerProcess(name, () => ({ asking: new Set<W>(), looking: false }));

  async function lookWhileAsked(): Promise<void> {
    const { asking } = state();
    state().looking = true;
    while (asking.size > 0) {
      await nextTurn();
      const watchers = [...asking].slice(0, AT_ONCE);
      for (const watcher of watchers) asking.delete(watcher);
      const open = watchers.filter(({ isOpen }) => isOpen);
      if (open.length > 0 && !(await isTold(open))) {
        for (const watcher of open) asking.add(watcher);
        await pause(SECOND_MILLISECONDS, undefined, { ref: false });
      }
    }
    state().looking = false;
  }

  async function isTold(watchers: readonly W[]): Promise<boolean> {
    try {
      await tell(watchers);
      return true;
    } catch (error) {
      if (isDatabaseAway(error)) log.debug({ name }, "streams could not look: the database is away");
      else log.error({ err: error, name }, "streams could not look");
      return false;
    }
  }

  return (watcher) => {
    const { asking, looking } = state();
    asking.add(watcher);
    if (!looking) void lookWhileAsked();
  };
}
