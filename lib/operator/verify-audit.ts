import { INSTALLATION_CHAIN } from "@/lib/audit/digest";
import { listChains, verifyChain } from "@/lib/audit/queries/verify-chain";
import {
  type ChainReport,
  FINDINGS_MAX,
  type Finding,
  isIntact,
  type TenantReport,
} from "@/lib/audit/schema";
import type { Actor, Ctx, Sql, SystemActor } from "@/lib/ctx";
import { database, inTransaction } from "@/lib/db";
import { verifyCredentials, verifySigningKeys } from "@/lib/fleet/queries/verify-credentials";
import { log } from "@/lib/log";
import { notify } from "@/lib/notifications/commands/notify";
import { oncePerProcess } from "@/lib/shared";

export type { ChainReport, Finding };

const SYSTEM: SystemActor = { kind: "system" };

/** Walks one chain, and compares with it what lives by it. */
async function verify(ctx: Ctx<Actor, Sql>, chain: string, heads?: readonly string[]): Promise<ChainReport> {
  const report = await verifyChain(ctx, { chain, ...(heads && { heads }) });
  const isInstallation = chain === INSTALLATION_CHAIN;
  const more = await (isInstallation ? verifySigningKeys(ctx) : verifyCredentials(ctx, { tenantId: chain }));
  const all = {
    ...report,
    findingCount: report.findingCount + more.length,
    findings: [...report.findings, ...more].slice(0, FINDINGS_MAX),
  };
  await tellIfBroken(ctx, all);
  return all;
}

/** Whoever looks, all who should know are told: of a tenant's chain the tenant, of the installation's those who manage it. */
async function tellIfBroken({ now }: Ctx<Actor, Sql>, report: ChainReport): Promise<void> {
  if (isIntact(report)) return;
  const { chain, findingCount, findings, missingGuards } = report;
  const [first] = findings;
  const notice = {
    kind: "chain.broken",
    chain,
    findings: findingCount + missingGuards.length,
    finding: first?.kind ?? "guard removed",
    sequence: first?.sequence ?? null,
  } as const;
  const tenant = { id: chain };
  try {
    await inTransaction(database(), async (db) => {
      const isTenants = chain !== INSTALLATION_CHAIN && (await db.tenant.count({ where: tenant })) > 0;
      await notify(db, { tenantId: isTenants ? chain : null, now, notice });
    });
  } catch (error) {
    // Whoever asked gets the report all the same.
    log.error({ err: error, chain }, "nobody could be told that the audit record is broken");
  }
}

const walks = () => oncePerProcess("walks along chains", () => new Map<string, Promise<ChainReport>>());

/** Whoever asks while a walk along a chain is under way gets its answer, so that a hundred clicks cost one. */
function walkOnce({ actor, now }: Ctx, chain: string): Promise<ChainReport> {
  const running = walks().get(chain);
  if (running) return running;
  const walk = verify({ db: database().sql, actor, now }, chain).finally(() => walks().delete(chain));
  walks().set(chain, walk);
  return walk;
}

/** Walks the chain of the tenant, and the installation's. */
export async function verifyTenantRecord(ctx: Ctx): Promise<TenantReport> {
  const report = await walkOnce(ctx, ctx.actor.tenantId);
  const installation = await walkOnce(ctx, INSTALLATION_CHAIN);
  return { ...report, isInstallationIntact: installation.findingCount === 0 };
}

function nameOf(chain: string, slug: string | null): string {
  if (chain === INSTALLATION_CHAIN) return "the installation's own events";
  return slug === null ? `a tenant that is gone (${chain})` : `tenant ${slug}`;
}

/** For the command on the server: every chain of the installation, one after the other, with whose it is. */
export async function* verifyAllRecords(
  heads: readonly string[],
): AsyncGenerator<{ name: string; report: ChainReport; intact: boolean }> {
  const ctx = { db: database().sql, actor: SYSTEM, now: new Date() };
  for (const { chain, slug } of await listChains(ctx)) {
    const report = await verify(ctx, chain, heads);
    yield { name: nameOf(chain, slug), report, intact: isIntact(report) };
  }
}
