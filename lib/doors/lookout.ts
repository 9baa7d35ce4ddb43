import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises";
import { isDatabaseAway, robotsDatabase } from "@/lib/db";
import { type SessionCommands, sessionCommands } from "@/lib/fleet/queries/session-commands";
import { log } from "@/lib/log";
import { oncePerProcess } from "@/lib/shared";
import { SECOND_MILLISECONDS } from "@/lib/time";

/** Somebody who wants to know what a session's host must do now. */
export type Watcher = {
  readonly sessionId: string;
  /** False when nobody wants to know any more. */
  isOpen(): boolean;
  told(commands: SessionCommands): void;
};

const AT_ONCE = 1_000;

const lookout = () => oncePerProcess("lookout", () => ({ asking: new Set<Watcher>(), looking: false }));

/** @returns what the tables say of these sessions, by session */
const lookAt = (sessionIds: readonly string[]): Promise<Map<string, SessionCommands>> =>
  sessionCommands({ db: robotsDatabase().sql, actor: { kind: "system" }, now: new Date() }, sessionIds);

/**
 * Looks at the tables for a watcher, soon and at least once from now on. Those that ask while one look is under way share
 * the next, so that a cut of a thousand hosts costs a few questions and not a thousand. A look that fails is tried again
 * until it succeeds: what was signalled is not signalled twice.
 */
export function look(watcher: Watcher): void {
  const { asking, looking } = lookout();
  asking.add(watcher);
  if (!looking) void lookWhileAsked();
}

async function lookWhileAsked(): Promise<void> {
  const state = lookout();
  const { asking } = state;
  state.looking = true;
  while (asking.size > 0) {
    await nextTurn();
    const watchers = [...asking].slice(0, AT_ONCE);
    for (const watcher of watchers) asking.delete(watcher);
    const open = watchers.filter((watcher) => watcher.isOpen());
    if (open.length > 0 && !(await tell(open))) {
      for (const watcher of open) asking.add(watcher);
      await pause(SECOND_MILLISECONDS, undefined, { ref: false });
    }
  }
  state.looking = false;
}

async function tell(watchers: readonly Watcher[]): Promise<boolean> {
  try {
    const commands = await lookAt(watchers.map(({ sessionId }) => sessionId));
    for (const watcher of watchers) {
      const own = commands.get(watcher.sessionId);
      if (own) watcher.told(own);
    }
    return true;
  } catch (error) {
    if (isDatabaseAway(error)) log.debug("streams could not look: the database is away");
    else log.error({ err: error }, "streams could not look");
    return false;
  }
}
