import { allowOn } from "@/lib/api-clients/gate";
import { record } from "@/lib/audit/commands";
import { ROW } from "@/lib/credentials/authentic";
import { rewriteRow } from "@/lib/credentials/authentic-rows";
import { checkedMove } from "@/lib/credentials/expiry";
import { CREDENTIAL_WORDS, isEnded } from "@/lib/credentials/rules";
import type { EditCredentialInput } from "@/lib/credentials/schema";
import type { Ctx } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { getLimits } from "@/lib/limits/queries";
import { signal } from "@/lib/signals";

type Edited = EditCredentialInput["seen"];

const isSame = (one: Edited, other: Edited) =>
  one.name === other.name &&
  one.note === other.note &&
  one.expiresAt?.getTime() === other.expiresAt?.getTime();

const changedMeanwhile = () =>
  new Refusal(
    "conflict",
    "Somebody else changed its name, note or end while you were editing. Copy what you typed, load the page again to see the change, then make yours.",
  );

/**
 * Gives a secret or key that has not ended another name and note, and sets, moves or removes its end. From that instant on it is refused; its hosts are cut then.
 * @throws Refusal `not_found`, `gone` when it has ended, `conflict` when it is no longer what the form was filled from, `invalid` at the field that is wrong
 */
export async function editCredential(
  ctx: Ctx,
  { machineId, credentialId, name, note, expiresAt: wanted, seen }: EditCredentialInput,
): Promise<null> {
  await allowOn(ctx, "credentials.edit", machineId);
  const { tenantId } = ctx.actor;
  // A trigger keeps names and notes in the machine's row, and rows are locked in one order.
  await ctx.db.$executeRaw`
    SELECT FROM machines WHERE id = ${machineId}::uuid AND tenant_id = ${tenantId}::uuid FOR NO KEY UPDATE`;
  const row = await ctx.db.credential.findFirst({
    where: { id: credentialId, machineId, tenantId },
    select: { ...ROW, name: true, note: true, createdAt: true },
  });
  if (!row) throw new Refusal("not_found", "There is no such client secret or key.");
  const { kind } = row;
  if (isEnded(row, ctx.now)) {
    throw new Refusal("gone", `This ${CREDENTIAL_WORDS[kind]} has ended. Add a new one instead.`);
  }
  if (!isSame(row, seen)) throw changedMeanwhile();
  if (kind === "Key" && name === "") throw new Refusal("invalid", "Enter a name.", { field: "name" });
  const expiresAt = checkedMove(wanted, row, await getLimits(ctx), ctx.now);
  const after = { name, note, expiresAt };
  if (isSame(row, after)) return null;
  // The MAC tells of an end that moved meanwhile, and not of a name or a note.
  const asRead = { revokedAt: null, name: row.name, note: row.note };
  if (!(await rewriteRow(ctx.db, asRead, row, after, ctx.now))) {
    throw changedMeanwhile();
  }
  const before = { name: row.name, note: row.note, expiresAt: row.expiresAt };
  await record(ctx, [{ type: "credential.edited", machineId, credentialId, kind, before, after }]);
  // Hosts are told in time of an end that comes soon.
  if (!isSame(before, { ...before, expiresAt }))
    await signal(ctx.db, [{ kind: "terms", tenantId, machineId }]);
  return null;
}
