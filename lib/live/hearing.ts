import { awayCode, robotsDatabase } from "@/lib/db";
import { log } from "@/lib/log";
import { noteHearing } from "@/lib/sessions/commands/note-hearing";
import { oncePerProcess } from "@/lib/shared";
import { onStop } from "@/lib/stopping";
import { SECOND_MILLISECONDS } from "@/lib/time";

const NOTE_EVERY_SECONDS = 5;

/** What the operator can do about, by SQLSTATE. */
const CAUSES: Readonly<Record<string, string>> = {
  "53100": "its disk is full; nothing can be changed until there is space",
  "25006": "it is read only, as a standby is; nothing can be changed until it is the primary",
};

type Hearing = {
  /** When it was last noted, by the process's own clock; null while that fails. */
  notedAtMilliseconds: number | null;
  noting: Promise<void> | null;
};

const hearing = () =>
  oncePerProcess("hearing", (): Hearing => ({ notedAtMilliseconds: Number.NEGATIVE_INFINITY, noting: null }));

async function note(state: Hearing): Promise<void> {
  const before = state.notedAtMilliseconds;
  try {
    await noteHearing({ db: robotsDatabase().sql, actor: { kind: "system" }, now: new Date() });
    state.notedAtMilliseconds = performance.now();
    if (before === null) log.info("the database takes writes again");
  } catch (error) {
    state.notedAtMilliseconds = null;
    const code = awayCode(error);
    if (code === null) log.error({ err: error }, "hearing could not be noted");
    else if (before !== null)
      log.error({ code }, `the database takes no writes: ${CAUSES[code] ?? "it cannot be reached"}`);
    throw error;
  }
}

/** However many want it at once, it is noted once. */
function noteNow(): Promise<void> {
  const state = hearing();
  state.noting ??= note(state).finally(() => {
    state.noting = null;
  });
  return state.noting;
}

/**
 * Proves that the database takes writes: one succeeded some seconds ago, or does now.
 * @param isDoubted whether it must be now
 * @throws why it does not
 */
export async function proveWrites(isDoubted = false): Promise<void> {
  const { notedAtMilliseconds: at } = hearing();
  const isOld = at === null || performance.now() - at > 2 * NOTE_EVERY_SECONDS * SECOND_MILLISECONDS;
  if (isOld || isDoubted) await noteNow();
}

/**
 * Notes for as long as the process takes requests that heartbeats can be taken, apart from the clock, whose deeds may take their time.
 * Resolves when that was tried first.
 */
export async function startHearing(): Promise<void> {
  const tryToNote = () => noteNow().catch(() => undefined);
  const timer = setInterval(tryToNote, NOTE_EVERY_SECONDS * SECOND_MILLISECONDS);
  onStop("hearing", async () => {
    clearInterval(timer);
    await hearing().noting?.catch(() => undefined);
  });
  await tryToNote();
}
