import { listFloods } from "@/lib/activity/queries";
import type { Ctx, SystemActor } from "@/lib/ctx";
import {
  type Group,
  listEnded,
  listEnding,
  listWithoutCredential,
  type Stretch,
} from "@/lib/fleet/queries/ending-credentials";
import { listSilentHosts } from "@/lib/fleet/queries/silent-hosts";
import { listUsesOfEnded } from "@/lib/fleet/queries/uses-of-ended";
import { notify } from "@/lib/notifications/commands/notify";
import { takeLook } from "@/lib/notifications/commands/take-look";
import { EXPIRY_MARKS_DAYS, FLOOD_REFUSALS } from "@/lib/notifications/rules";
import type { Notice } from "@/lib/notifications/schema";
import { findHostSeen, readSilentSince } from "@/lib/sessions/queries";
import { addSeconds, HOUR_SECONDS, MINUTE_SECONDS } from "@/lib/time";

/** No transaction lasts that long: what is dated before has been committed. */
const COMMITTED_AFTER_SECONDS = MINUTE_SECONDS;
/** Activity is written behind, by processes that may have lost the database for a while. What is looked at twice is told once all the same. */
const WRITTEN_AFTER_SECONDS = 5 * MINUTE_SECONDS;

/** What `silentSince` says where nothing can be concluded. */
const NOT_KNOWN = new Date(0);

async function tellGroups<Named>(
  { db, now }: Ctx<SystemActor>,
  groups: readonly Group<Named>[],
  noticeOf: (group: Group<Named>) => Notice,
): Promise<void> {
  for (const group of groups) await notify(db, { tenantId: group.tenantId, now, notice: noticeOf(group) });
}

/** What happened since the last look, and not after `to`: each instant is looked at once, whichever processes look. */
async function stretchOf({ db }: Ctx<SystemActor>, what: Notice["kind"], to: Date): Promise<Stretch | null> {
  const from = await takeLook(db, what, to);
  return from && { from, to };
}

const asText = <Named extends { readonly expiresAt: Date }>({
  named,
}: {
  readonly named: readonly Named[];
}) => named.map((one) => ({ ...one, expiresAt: one.expiresAt.toISOString() }));

/** Tells of credentials that end in 30, 14, 7 and 1 days. */
export async function tellOfEnding(ctx: Ctx<SystemActor>): Promise<void> {
  const stretch = await stretchOf(ctx, "credential.expiring", ctx.now);
  if (!stretch) return;
  for (const days of EXPIRY_MARKS_DAYS) {
    await tellGroups(ctx, await listEnding(ctx, days, stretch), (group) => {
      const endsOn = group.named[0].expiresAt.toISOString().slice(0, "2026-11-28".length);
      return { kind: "credential.expiring", days, endsOn, count: group.count, credentials: asText(group) };
    });
  }
}

/** Tells of credentials whose time is over. */
export async function tellOfEnded(ctx: Ctx<SystemActor>): Promise<void> {
  const stretch = await stretchOf(ctx, "credential.expired", ctx.now);
  if (!stretch) return;
  await tellGroups(ctx, await listEnded(ctx, stretch), (group) => ({
    kind: "credential.expired",
    count: group.count,
    credentials: asText(group),
  }));
}

/** Tells of machines whose last live credential is gone. */
export async function tellOfMachinesWithoutCredential(ctx: Ctx<SystemActor>): Promise<void> {
  const until = addSeconds(ctx.now, -COMMITTED_AFTER_SECONDS);
  const stretch = await stretchOf(ctx, "machine.without_credential", until);
  if (!stretch) return;
  await tellGroups(ctx, await listWithoutCredential(ctx, stretch), ({ count, named }) => ({
    kind: "machine.without_credential",
    count,
    machines: named,
  }));
}

/** Tells who tried to buy tokens with credentials that are disabled, expired or deleted. */
export async function tellOfUses(ctx: Ctx<SystemActor>): Promise<void> {
  const stretch = await stretchOf(ctx, "credential.used_although", ctx.now);
  if (!stretch) return;
  const from = addSeconds(stretch.from, -WRITTEN_AFTER_SECONDS);
  for (const { tenantId, ...use } of await listUsesOfEnded(ctx, { from, to: stretch.to })) {
    const hostName = await findHostSeen(ctx, { tenantId, ...use });
    await notify(ctx.db, {
      tenantId,
      now: ctx.now,
      notice: { kind: "credential.used_although", ...use, hostName },
    });
  }
}

/** Tells of hours in which very many token requests of a tenant were refused: of this one, and of the last. */
export async function tellOfFloods(ctx: Ctx<SystemActor>): Promise<void> {
  const since = addSeconds(ctx.now, -2 * HOUR_SECONDS);
  for (const { tenantId, hour, refused } of await listFloods(ctx, { since, refusedMin: FLOOD_REFUSALS })) {
    const notice = { kind: "refusals.flood", hour: hour.toISOString(), refused } as const;
    await notify(ctx.db, { tenantId, now: ctx.now, notice });
  }
}

/** Tells of hosts that have fallen silent, whoever asked for that. */
export async function tellOfSilentHosts(ctx: Ctx<SystemActor>): Promise<void> {
  const silent = await readSilentSince(ctx);
  const stretch = silent > NOT_KNOWN ? await stretchOf(ctx, "host.unresponsive", silent) : null;
  if (!stretch) return;
  await tellGroups(ctx, await listSilentHosts(ctx, stretch), ({ count, named }) => ({
    kind: "host.unresponsive",
    count,
    hosts: named.map((one) => ({ ...one, heartbeatAt: one.heartbeatAt.toISOString() })),
  }));
}

/** All of them. */
export const TELLING = [
  tellOfEnding,
  tellOfEnded,
  tellOfMachinesWithoutCredential,
  tellOfUses,
  tellOfFloods,
  tellOfSilentHosts,
];
