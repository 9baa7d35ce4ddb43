import { listChains, verifyChain } from "@/lib/audit/queries/verify-chain";
import type { ChainReport } from "@/lib/audit/schema";
import type { Ctx, SystemActor } from "@/lib/ctx";
import { database } from "@/lib/db";
import { oncePerProcess } from "@/lib/shared";

const SYSTEM: SystemActor = { kind: "system" };

const walks = () => oncePerProcess("walks along chains", () => new Map<string, Promise<ChainReport>>());

/** Walks the chain of the tenant. Whoever asks while a walk is under way gets its answer, so that a hundred clicks cost one. */
export function verifyTenantRecord({ actor, now }: Ctx): Promise<ChainReport> {
  const chain = actor.tenantId;
  const running = walks().get(chain);
  if (running) return running;
  const walk = verifyChain({ db: database().sql, actor, now }, { chain }).finally(() =>
    walks().delete(chain),
  );
  walks().set(chain, walk);
  return walk;
}

/** For the command on the server: every chain of the installation, one after the other, with the tenant's slug. */
export async function* verifyAllRecords(
  heads: readonly string[],
): AsyncGenerator<{ slug: string | null; report: ChainReport }> {
  const ctx = { db: database().sql, actor: SYSTEM, now: new Date() };
  for (const { chain, slug } of await listChains(ctx)) {
    yield { slug, report: await verifyChain(ctx, { chain, heads }) };
  }
}
