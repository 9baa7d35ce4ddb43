import type { EncryptedCounts } from "@/lib/encrypted-column";
import { env } from "@/lib/env";
import {
  type AppSecretStatus,
  appSecretStatus,
  type SecretLeft,
  secretsLeft,
} from "@/lib/operator/app-secret";
import {
  isEncryptedUnderPrevious,
  isPreviousNeeded,
  many,
  refuseUnreadable,
} from "@/server/database/right-app-secret";
import type { Kept } from "./complete-environment";

/** More lines than anybody reads one by one. */
const LISTED_MAX = 200;

const print = (line: string) => process.stdout.write(`${line}\n`);

/**
 * Prints what is under which secret, the client secrets that were not used since it changed, and what to do next.
 * @throws Problem when something opens under no secret that was given.
 */
export async function showAppSecretStatus(kept: Kept): Promise<void> {
  const standing = await appSecretStatus();
  print("");
  for (const { holds, counts, closedIds } of standing.places) {
    print(`${`${holds}:`.padEnd(32)}${countsLine(counts)}`);
    for (const id of closedIds) print(`  ${id} is right under neither`);
  }
  const { current, previous, refused } = standing.secrets;
  const parts = [
    `${current + previous + refused} live`,
    `${current} under APP_SECRET`,
    ...(previous > 0 ? [`${previous} under APP_SECRET_PREVIOUS, not used since the change`] : []),
    ...(refused > 0 ? [`${refused} refused, because their APP_SECRET is not accepted`] : []),
  ];
  print(`${"client secrets:".padEnd(32)}${parts.join(", ")}`);
  await listLeft(previous + refused);
  print("");
  refuseUnreadable(standing, kept);
  print(nextStep(standing, kept));
}

function countsLine({ current, previous, neither }: EncryptedCounts): string {
  const parts = [`${current + previous + neither}`];
  if (previous > 0) parts.push(`${previous} under APP_SECRET_PREVIOUS`);
  if (neither > 0) parts.push(`${neither} under neither`);
  return parts.join(", ");
}

async function listLeft(total: number): Promise<void> {
  for (const secret of await secretsLeft(LISTED_MAX)) print(`  ${secretLine(secret)}`);
  if (total > LISTED_MAX) print(`  and ${total - LISTED_MAX} more`);
}

function secretLine({ tenantName, machineName, secretId, lastUsedAt, isAccepted }: SecretLeft): string {
  const used = lastUsedAt ? `last used ${lastUsedAt.toISOString()}` : "never used";
  return `${tenantName} / ${machineName}: secret id ${secretId}, ${used}${isAccepted ? "" : ", refused"}`;
}

function nextStep(standing: AppSecretStatus, kept: Kept): string {
  const { previousAppSecret, previousAppSecretEndsAt } = env();
  if (previousAppSecret === undefined) return "No change of APP_SECRET is under way.";
  if (isEncryptedUnderPrevious(standing))
    return 'Run "npm run app-secret -- change" once every process has the new APP_SECRET.';
  if (isPreviousNeeded(standing)) {
    const until = previousAppSecretEndsAt ? ` until ${previousAppSecretEndsAt.toISOString()}` : "";
    const secrets = many(standing.secrets.previous, "client secret");
    return `${secrets} will be stored under APP_SECRET at the next use, and the previous one is accepted${until}. Delete those that nobody uses.`;
  }
  return kept
    ? "Nothing depends on the previous secret any more: the next start forgets it."
    : "Nothing depends on APP_SECRET_PREVIOUS. When the change is done, remove it from every process; when it has not begun, exchange the two.";
}
