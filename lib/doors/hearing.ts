import { isDatabaseAway, robotsDatabase } from "@/lib/db";
import { log } from "@/lib/log";
import { noteHearing } from "@/lib/sessions/commands/note-hearing";
import { onStop } from "@/lib/stopping";
import { SECOND_MILLISECONDS } from "@/lib/time";

const NOTE_EVERY_SECONDS = 5;

async function note(): Promise<void> {
  try {
    await noteHearing({ db: robotsDatabase().sql, actor: { kind: "system" }, now: new Date() });
  } catch (error) {
    if (isDatabaseAway(error)) log.debug("hearing could not be noted: the database is away");
    else log.error({ err: error }, "hearing could not be noted");
  }
}

/**
 * Notes for as long as the process takes requests that heartbeats can be taken, apart from the clock, whose deeds may take their time.
 * Resolves when it was noted first.
 */
export async function startHearing(): Promise<void> {
  let running = note();
  const timer = setInterval(() => {
    running = running.then(note);
  }, NOTE_EVERY_SECONDS * SECOND_MILLISECONDS);
  onStop("hearing", async () => {
    clearInterval(timer);
    await running;
  });
  await running;
}
