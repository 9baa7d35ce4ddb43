import type { Ctx, SystemActor } from "@/lib/ctx";
import { whereNotEnded } from "./conditions";
import { pepperIds } from "./material";

/** A live secret whose digest is not under APP_SECRET yet, because it was not used since that changed. */
export type SecretLeft = {
  readonly secretId: string;
  readonly machineName: string;
  readonly tenantName: string;
  readonly lastUsedAt: Date | null;
  /** Whether it still buys tokens: under APP_SECRET_PREVIOUS, before its end. */
  readonly isAccepted: boolean;
};

/** How many live secrets are stored under which pepper, over all tenants; `refused` are under none that is accepted. */
export type PepperCounts = { readonly current: number; readonly previous: number; readonly refused: number };

/** Deleted and expired secrets open nothing under any pepper, disabled ones may again; public keys have none. */
const liveSecrets = (now: Date) => ({
  kind: "Secret" as const,
  ...whereNotEnded(now),
});

/** @returns the live secrets by pepper */
export async function countByPepper(ctx: Ctx<SystemActor>): Promise<PepperCounts> {
  const { current, previous } = pepperIds(ctx.now);
  const groups = await ctx.db.credential.groupBy({
    by: ["pepperId"],
    where: liveSecrets(ctx.now),
    _count: { _all: true },
  });
  const sum = (isOne: (pepperId: string | null) => boolean) =>
    groups.reduce((total, group) => total + (isOne(group.pepperId) ? group._count._all : 0), 0);
  return {
    current: sum((id) => id === current),
    previous: sum((id) => id === previous),
    refused: sum((id) => id !== current && id !== previous),
  };
}

/** @returns the first `limit` live secrets that are not under APP_SECRET, by tenant and machine */
export async function listSecretsLeft(
  ctx: Ctx<SystemActor>,
  { limit }: { readonly limit: number },
): Promise<SecretLeft[]> {
  const { current, previous } = pepperIds(ctx.now);
  const rows = await ctx.db.credential.findMany({
    where: { ...liveSecrets(ctx.now), pepperId: { not: current } },
    orderBy: [{ tenant: { name: "asc" } }, { machine: { nameKey: "asc" } }, { createdAt: "asc" }],
    take: limit,
    select: {
      id: true,
      pepperId: true,
      lastUsedAt: true,
      machine: { select: { name: true } },
      tenant: { select: { name: true } },
    },
  });
  return rows.map(({ id, pepperId, lastUsedAt, machine, tenant }) => ({
    secretId: id,
    machineName: machine.name,
    tenantName: tenant.name,
    lastUsedAt,
    isAccepted: pepperId === previous,
  }));
}
