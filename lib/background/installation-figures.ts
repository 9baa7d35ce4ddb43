import { database } from "@/lib/db";
import { readInstallationFigures } from "@/lib/fleet/queries/installation-figures";
import type { InstallationFigures } from "@/lib/fleet/schema";
import { log } from "@/lib/log";
import { oncePerProcess } from "@/lib/shared";
import { addSeconds, SECOND_MILLISECONDS } from "@/lib/time";

/** However often somebody asks, and however long the answer takes, PostgreSQL is busy with it for a twentieth of the time at most. */
const KEPT_AT_LEAST_SECONDS = 5;
const KEPT_TIMES_AS_LONG = 20;

/** What was counted, and when; null where the database did not answer. */
export type Counted = { readonly at: Date; readonly figures: InstallationFigures | null };

type Kept = { counting: Promise<Counted> | null; counted: Counted | null; until: Date };

const kept = () =>
  oncePerProcess("installation figures", (): Kept => ({ counting: null, counted: null, until: new Date(0) }));

async function count(): Promise<Counted> {
  const at = new Date();
  let figures: InstallationFigures | null = null;
  try {
    figures = await readInstallationFigures({ db: database().prisma, actor: { kind: "system" }, now: at });
  } catch (error) {
    log.warn({ err: error }, "the figures of the installation could not be counted");
  }
  const tookSeconds = (Date.now() - at.getTime()) / SECOND_MILLISECONDS;
  const seconds = Math.max(KEPT_AT_LEAST_SECONDS, tookSeconds * KEPT_TIMES_AS_LONG);
  const counted = { at, figures };
  Object.assign(kept(), { counting: null, counted, until: addSeconds(new Date(), seconds) });
  return counted;
}

/** @returns what was counted in the tables lately; asked anew, once for all who ask meanwhile, when that was too long ago */
export async function installationFigures(): Promise<Counted> {
  const known = kept();
  if (known.counted && new Date() < known.until) return known.counted;
  known.counting ??= count();
  return known.counting;
}
