import type { Actor, Ctx } from "@/lib/ctx";
import { env } from "@/lib/env";
import { Refusal } from "@/lib/errors";
import { allowInstallation } from "@/lib/permissions";
import { type KeyLife, lastTokenDiesAt, nextKey, signerAt, stateOf, stoppedSigningAt } from "./rules";
import type { SigningKeyPolicy, SigningKeyView, WithdrawalImpact } from "./schema";

const LIFE = {
  kid: true,
  algorithm: true,
  isImported: true,
  createdAt: true,
  activatesAt: true,
  retiredAt: true,
  withdrawnAt: true,
} as const;

export type KeyRow = KeyLife & { readonly algorithm: string; readonly isImported: boolean };

/** @returns the lives of all keys there ever were, the youngest first */
export function readKeyLives(ctx: Ctx<Actor>): Promise<KeyRow[]> {
  return ctx.db.signingKey.findMany({ select: LIFE, orderBy: [{ createdAt: "desc" }, { kid: "asc" }] });
}

/** @returns by key, how many tokens it has signed that may still be used; what the last seconds brought may be missing */
async function countLiveTokens(ctx: Ctx<Actor>): Promise<Map<string, number>> {
  const sums = await ctx.db.tokenIssue.groupBy({
    by: ["kid"],
    where: { expiresAt: { gt: ctx.now } },
    _sum: { count: true },
  });
  return new Map(sums.map(({ kid, _sum }) => [kid, _sum.count ?? 0]));
}

/** @returns how many live tokens one key stands for */
export async function liveTokensOf(ctx: Ctx<Actor>, kid: string): Promise<number> {
  return (await countLiveTokens(ctx)).get(kid) ?? 0;
}

function momentsOf(key: KeyRow, state: SigningKeyView["state"], keys: readonly KeyRow[], now: Date) {
  const signer = signerAt(keys, now);
  switch (state) {
    case "Next":
      return { since: key.createdAt, until: key.activatesAt };
    case "Active":
      return { since: key.activatesAt ?? key.createdAt, until: nextKey(keys, now)?.activatesAt ?? null };
    case "Retired": {
      const since = stoppedSigningAt(key, signer, now) ?? key.createdAt;
      return { since, until: lastTokenDiesAt(since) };
    }
    case "Withdrawn":
      return { since: key.withdrawnAt ?? key.createdAt, until: null };
  }
}

/**
 * The keys of the installation, for any admin: nothing of a key is shown but its name and its life.
 * @returns what is published, next first, then the withdrawn ones while tokens of theirs may still be presented
 */
export async function listSigningKeys(ctx: Ctx): Promise<SigningKeyView[]> {
  const [keys, live] = [await readKeyLives(ctx), await countLiveTokens(ctx)];
  const signer = signerAt(keys, ctx.now);
  const order = ["Next", "Active", "Retired", "Withdrawn"];
  return keys
    .flatMap((key) => {
      const state = stateOf(key, signer, ctx.now);
      if (state === "Gone" || (key.withdrawnAt && lastTokenDiesAt(key.withdrawnAt) <= ctx.now)) return [];
      const { kid, algorithm, isImported } = key;
      const moments = momentsOf(key, state, keys, ctx.now);
      const liveTokens = state === "Withdrawn" ? 0 : (live.get(kid) ?? 0);
      return [{ kid, algorithm, state, isImported, ...moments, liveTokens }];
    })
    .sort((one, other) => order.indexOf(one.state) - order.indexOf(other.state));
}

/**
 * What withdrawing a key would cut, asked before it is done.
 * @throws Refusal `not_found`, or `gone` when there is nothing left to withdraw
 */
export async function askWithdrawal(ctx: Ctx, { kid }: { readonly kid: string }): Promise<WithdrawalImpact> {
  allowInstallation(ctx.actor);
  const keys = await readKeyLives(ctx);
  const key = keys.find((one) => one.kid === kid);
  if (!key) throw new Refusal("not_found", "There is no such signing key.");
  const state = stateOf(key, signerAt(keys, ctx.now), ctx.now);
  if (state === "Withdrawn" || state === "Gone") {
    throw new Refusal("gone", "This signing key is withdrawn or gone already.");
  }
  return { kid, isActive: state === "Active", liveTokens: await liveTokensOf(ctx, kid) };
}

/** @returns how new keys are made and how long they sign, as the environment says */
export function signingKeyPolicy(): SigningKeyPolicy {
  const { signingAlgorithm, signingKeyRotationDays } = env();
  return { algorithm: signingAlgorithm, rotationDays: signingKeyRotationDays };
}
