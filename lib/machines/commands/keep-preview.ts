import type { Ctx, SystemActor } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { addSeconds, HOUR_SECONDS } from "@/lib/time";
import { uuid7 } from "@/lib/uuid";

/** How long somebody may think about what they were shown. In seconds. */
const KEPT_SECONDS = HOUR_SECONDS;

/** So many are kept of one person or program, which may look a hundred times a second; a plan of a fleet holds one for each hundred deletions. */
export const KEPT_OF_EACH = 200;

/** What a deed on many machines would cut, by ids. */
export type Shown = {
  readonly machineIds: readonly string[];
  readonly sessionIds: readonly string[];
  readonly jobIds: readonly string[];
};

/** Keeps what somebody is shown, and forgets what they were shown long before. @returns by what the deed names it */
export async function keepPreview(
  { db, actor, now }: Ctx,
  { machineIds, sessionIds, jobIds }: Shown,
): Promise<string> {
  const id = uuid7(now);
  const shown = { machineIds: [...machineIds], sessionIds: [...sessionIds], jobIds: [...jobIds] };
  await db.cutPreview.create({
    data: { id, tenantId: actor.tenantId, madeBy: actor.id, at: now, ...shown },
    select: { id: true },
  });
  await db.$executeRaw`
    DELETE FROM cut_previews WHERE tenant_id = ${actor.tenantId}::uuid AND id IN (
      SELECT id FROM cut_previews WHERE tenant_id = ${actor.tenantId}::uuid AND made_by = ${actor.id}::uuid
       ORDER BY at DESC, id DESC OFFSET ${KEPT_OF_EACH} FOR UPDATE SKIP LOCKED)`;
  return id;
}

/** @returns what the same person or program was shown @throws Refusal `gone` when that is too long ago, or was somebody else */
export async function findPreview({ db, actor, now }: Ctx, id: string): Promise<Shown> {
  const shown = await db.cutPreview.findFirst({
    where: { id, tenantId: actor.tenantId, madeBy: actor.id, at: { gt: addSeconds(now, -KEPT_SECONDS) } },
    select: { machineIds: true, sessionIds: true, jobIds: true },
  });
  if (shown) return shown;
  throw new Refusal(
    "gone",
    "This preview is an hour old, or somebody else’s. Look again at what would be cut.",
    {
      field: "preview",
    },
  );
}

/** Forgets what was shown too long ago. @returns how many */
export async function forgetPreviews({ db, now }: Ctx<SystemActor>): Promise<number> {
  const { count } = await db.cutPreview.deleteMany({
    where: { at: { lte: addSeconds(now, -KEPT_SECONDS) } },
  });
  return count;
}
