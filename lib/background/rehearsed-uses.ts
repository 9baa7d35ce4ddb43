import type { Ctx, SystemActor } from "@/lib/ctx";
import {
  listRehearsedAddresses,
  listRehearsedHosts,
  listRehearsedJobs,
  nameCredential,
} from "@/lib/fleet/queries/rehearsed-uses";
import { notify } from "@/lib/notifications/commands/notify";
import { NAMED_MAX } from "@/lib/notifications/schema";
import { type DueRehearsal, noteTold, takeDueRehearsals } from "@/lib/rehearsals/commands";
import { addSeconds } from "@/lib/time";

/** More than any fleet has. */
const LOOKED_AT_MAX = 200_000;
/** A robot connects at once with the token that it bought; who bought one and did not is told of by the address. */
const CONNECTS_WITHIN_SECONDS = 10;

/** Tells people whom deletions that are rehearsed would have cut: each host once, and all of one look together. */
export async function tellRehearsedUses(ctx: Ctx<SystemActor>): Promise<void> {
  for (const rehearsal of await takeDueRehearsals(ctx)) await tellOf(ctx, rehearsal);
}

async function tellOf(ctx: Ctx<SystemActor>, rehearsal: DueRehearsal): Promise<void> {
  const { tenantId } = rehearsal;
  const uses = await usesOf(ctx, rehearsal);
  const untold = await noteTold(
    ctx,
    rehearsal,
    uses.map(({ who }) => who),
  );
  const told = uses.filter(({ who }) => untold.has(who));
  if (told.length === 0) return;
  const shown = told.slice(0, NAMED_MAX);
  const sessionIds = shown.flatMap((use) => use.sessionIds);
  const jobs = await listRehearsedJobs(ctx, { tenantId, sessionIds });
  const named = await nameCredential(ctx, rehearsal);
  await notify(ctx.db, {
    tenantId,
    now: ctx.now,
    notice: {
      kind: "credential.used_although",
      state: "rehearsed",
      rehearsalId: rehearsal.id,
      ...named,
      count: told.length,
      uses: shown.map(({ hostName, address, sessionIds: here }) => ({
        hostName,
        address,
        jobs: jobs.filter(({ sessionId }) => here.includes(sessionId)).map(({ processName }) => processName),
      })),
    },
  });
}

type Use = {
  readonly who: string;
  readonly hostName: string | null;
  readonly address: string;
  readonly sessionIds: readonly string[];
};

/** Who used the credential: hosts, and addresses that are no host's. */
async function usesOf(ctx: Ctx<SystemActor>, rehearsal: DueRehearsal): Promise<Use[]> {
  const hosts = (await listRehearsedHosts(ctx, rehearsal, LOOKED_AT_MAX)).rows;
  const addresses = (await listRehearsedAddresses(ctx, rehearsal, LOOKED_AT_MAX)).rows;
  const ofHosts = new Set(hosts.map(({ address }) => address));
  const before = addSeconds(ctx.now, -CONNECTS_WITHIN_SECONDS);
  return [
    ...hosts.map(({ hostKey, hostName, address, sessionIds }) => ({
      who: hostKey,
      hostName,
      address,
      sessionIds,
    })),
    ...addresses
      .filter(({ address, lastAt }) => !ofHosts.has(address) && lastAt <= before)
      .map(({ address }) => ({ who: address, hostName: null, address, sessionIds: [] })),
  ];
}
