import { LRUCache } from "lru-cache";
import type { z } from "zod";
import { findOwners } from "@/lib/credentials/queries";
import { LEAK_REPORTS_MAX, leakReportSchema } from "@/lib/credentials/schema";
import { inTransaction, isDatabaseAway, robotsDatabase } from "@/lib/db";
import { Refusal } from "@/lib/errors";
import { OAuthError } from "@/lib/identity/oauth-error";
import { log } from "@/lib/log";
import { withoutSecrets } from "@/lib/log-text";
import { networkOf, siteOf } from "@/lib/network";
import { oncePerProcess } from "@/lib/shared";
import { onStop } from "@/lib/stopping";
import { asPlainLine } from "@/lib/text";
import { MINUTE_SECONDS, SECOND_MILLISECONDS } from "@/lib/time";
import { type LeakReport, reportLeak } from "@/lib/workflows/report-leak";

/** What waits in a process at the most; more is let go and counted. */
const WAITING_MAX = 5_000;
const RETRY_INTERVAL_MILLISECONDS = 2_000;
const TEXT_MAX_LENGTH = 200;

type Reported = z.output<typeof leakReportSchema> & { readonly address: string | null };
type State = { waiting: Reported[]; dropped: number; working: Promise<void> | null };

const state = () =>
  oncePerProcess("leak reports", (): State => {
    onStop("leak reports", leakReportsDone);
    return { waiting: [], dropped: 0, working: null };
  });

/** How often somebody may report within a minute: from one network, and from the larger one around it. */
export const REPORTS_A_MINUTE = { network: 60, site: 600 } as const;
const reporters = () =>
  oncePerProcess(
    "leak reporters",
    () => new LRUCache<string, { count: number }>({ max: 10_000, ttl: MINUTE_SECONDS * SECOND_MILLISECONDS }),
  );

/** Counts a report, in this process alone: nothing is written for it. @throws OAuthError `slow_down` over the limit */
export function turnAwayReporter(address: string | null): void {
  const counts = reporters();
  const [network, site] = [networkOf(address ?? "unknown"), siteOf(address ?? "unknown")];
  const limits = new Map([
    [site, REPORTS_A_MINUTE.site],
    [network, REPORTS_A_MINUTE.network],
  ]);
  const full = [...limits].find(([name, most]) => (counts.get(name)?.count ?? 0) >= most);
  if (full) {
    const retryAfterSeconds = Math.ceil(counts.getRemainingTTL(full[0]) / SECOND_MILLISECONDS);
    throw new OAuthError("slow_down", {
      says: "Too many reports. Wait as long as Retry-After says.",
      retryAfterSeconds: Math.max(1, retryAfterSeconds),
    });
  }
  for (const name of limits.keys()) {
    const known = counts.get(name);
    if (known) known.count += 1;
    else counts.set(name, { count: 1 });
  }
}

/** So much of a secret in a row is a part of it. */
const PART_LENGTH = 10;

/** @returns the beginning of what a stranger wrote as one line, null where there is nothing or a part of the secret in it */
function kept(text: string, token: string): string | null {
  const line = withoutSecrets(asPlainLine(text)).trim().slice(0, TEXT_MAX_LENGTH);
  const parts = Array.from({ length: Math.max(0, token.length - PART_LENGTH + 1) }, (_, at) =>
    token.slice(at, at + PART_LENGTH),
  );
  return line === "" || parts.some((part) => line.includes(part)) ? null : line;
}

/** @returns host and path of an address; what else it has may open something */
function placeOf(url: string): string {
  if (!URL.canParse(url)) return "";
  const { host, pathname } = new URL(url);
  try {
    return host + decodeURIComponent(pathname);
  } catch {
    return host;
  }
}

const reportOf = ({ token, source = "", url = "", address }: Reported): LeakReport => ({
  address,
  source: kept(source, token),
  foundAt: kept(placeOf(url), token),
});

/** Asks once for all of them, and does one after the other. */
async function handle(reported: readonly Reported[]): Promise<void> {
  const now = new Date();
  const values = reported.map(({ token }) => token.trim());
  const owners = await findOwners({ db: robotsDatabase().prisma, now }, values);
  for (const [index, one] of reported.entries()) {
    const owner = owners[index];
    if (!owner) continue;
    try {
      await inTransaction(robotsDatabase(), (db) =>
        reportLeak({ db, actor: { kind: "system" }, now }, owner, reportOf(one)),
      );
      const { tenantId, credentialId } = owner;
      log.warn(
        { event: "leak.reported", tenantId, credentialId, address: one.address },
        "a secret was reported",
      );
    } catch (error) {
      if (isDatabaseAway(error)) throw error;
      // Its machine was deleted meanwhile, for example.
      if (!(error instanceof Refusal)) log.error({ err: error }, "a reported secret was not dealt with");
    }
  }
}

async function work(kept: State): Promise<void> {
  while (kept.waiting.length > 0) {
    const reported = kept.waiting.splice(0, LEAK_REPORTS_MAX);
    try {
      await handle(reported);
    } catch (error) {
      if (!isDatabaseAway(error)) log.error({ err: error }, "reported secrets were not dealt with");
      else {
        kept.waiting.unshift(...reported);
        setTimeout(() => begin(kept), RETRY_INTERVAL_MILLISECONDS).unref();
        return;
      }
    }
    if (kept.dropped > 0) log.warn({ dropped: kept.dropped }, "too many reported secrets were waiting");
    kept.dropped = 0;
  }
}

function begin(kept: State): Promise<void> {
  kept.working ??= work(kept).finally(() => {
    kept.working = null;
  });
  return kept.working;
}

/**
 * Takes what was reported, and looks at it once the answer is on its way. Entries that say nothing readable are left out.
 * @throws OAuthError `invalid_request` when there are too many
 */
export function takeLeakReports(body: unknown, address: string | null): void {
  const entries: readonly unknown[] = Array.isArray(body) ? body : [body];
  if (entries.length > LEAK_REPORTS_MAX)
    throw new OAuthError("invalid_request", { says: `Send at most ${LEAK_REPORTS_MAX} entries.` });
  const reported = entries.flatMap((entry) => {
    const { data } = leakReportSchema.safeParse(entry);
    return data ? [{ ...data, address }] : [];
  });
  const kept = state();
  const room = WAITING_MAX - kept.waiting.length;
  kept.waiting.push(...reported.slice(0, room));
  kept.dropped += Math.max(0, reported.length - room);
  setImmediate(() => void begin(kept));
}

/** Waits until everything that was reported so far is dealt with, or cannot be. */
export async function leakReportsDone(): Promise<void> {
  await begin(state());
}
