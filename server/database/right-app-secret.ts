import { env } from "@/lib/env";
import { type AppSecretStatus, appSecretStatus, reencryptEverything } from "@/lib/operator/app-secret";
import type { Kept } from "@/server/lifecycle/complete-environment";
import { StartupError } from "@/server/lifecycle/startup-error";
import { keepSettings, withoutPreviousAppSecret } from "./kept-settings";

/** Whether anything is encrypted under APP_SECRET_PREVIOUS. */
export const isEncryptedUnderPrevious = ({ places }: AppSecretStatus): boolean =>
  places.some(({ counts }) => counts.previous > 0);

/** Whether anything can be read, or any client secret is accepted, by APP_SECRET_PREVIOUS alone. */
export const isPreviousNeeded = (standing: AppSecretStatus): boolean =>
  standing.secrets.previous > 0 || isEncryptedUnderPrevious(standing);

/**
 * Refuses to serve where something is encrypted under a secret that was not given: it would fail at the first token instead. Finishes a
 * change of the kept secret that was interrupted, and forgets the one before once nothing depends on it.
 * @param report receives a line when there is something to know
 * @returns whether there is nothing encrypted yet
 * @throws StartupError
 */
export async function requireRightAppSecret(
  kept: Kept,
  report: (line: string) => void,
): Promise<{ isFirstStart: boolean }> {
  const standing = await appSecretStatus();
  refuseUnreadable(standing, kept);
  const { refused } = standing.secrets;
  if (refused > 0) {
    report(
      `${many(refused, "client secret")} stored under an APP_SECRET that is not accepted buy no tokens; "npm run app-secret -- status" lists them`,
    );
  }
  for (const { holds, counts, areRefusedOneByOne } of standing.places) {
    if (areRefusedOneByOne && counts.neither > 0)
      report(
        `${counts.neither} ${holds} are refused, because their rows are not as Latchkey wrote them; "npm run audit:verify" names them`,
      );
  }
  if (kept?.settings.previousAppSecret !== undefined) await goOn(standing, kept, report);
  return { isFirstStart: standing.places.every(({ counts }) => counts.current + counts.previous === 0) };
}

async function goOn(found: AppSecretStatus, kept: NonNullable<Kept>, report: (line: string) => void) {
  let standing = found;
  if (isEncryptedUnderPrevious(standing)) {
    await reencryptEverything((count, holds) => report(`${holds}: ${many(count, "value")} encrypted anew`));
    standing = await appSecretStatus();
  }
  if (isPreviousNeeded(standing)) return;
  keepSettings(kept.dataDir, withoutPreviousAppSecret(kept.settings));
  report("nothing depends on the previous APP_SECRET any more; it is forgotten");
}

/** @throws StartupError when something opens under no secret that was given. */
export function refuseUnreadable({ places }: AppSecretStatus, kept: Kept): void {
  const closed = places.flatMap(({ holds, counts: { current, previous, neither }, areRefusedOneByOne }) =>
    neither > 0 && !areRefusedOneByOne ? [`${neither} of ${current + previous + neither} ${holds}`] : [],
  );
  if (closed.length === 0) return;
  const tried =
    env().previousAppSecret === undefined
      ? "do not open under APP_SECRET"
      : "open neither under APP_SECRET nor under APP_SECRET_PREVIOUS";
  const advice = kept
    ? `The secret is kept in settings.json of ${kept.dataDir}: put back the one that belongs to this database; if APP_SECRET used to be set, set it again.`
    : "Start with the secret that was in use before. To change it, give that one as APP_SECRET_PREVIOUS beside the new one.";
  throw new StartupError(
    `${closed.join(", ")} in this database ${tried}. ${advice} docs/app-secret.md tells more.`,
  );
}

/** @returns the number with its word: `1 client secret`, `2 client secrets`. */
export const many = (count: number, word: string) => `${count} ${word}${count === 1 ? "" : "s"}`;
