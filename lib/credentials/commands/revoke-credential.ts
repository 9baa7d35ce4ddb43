import { allowOn, guardApiClients } from "@/lib/api-clients/gate";
import { record } from "@/lib/audit/commands";
import type { AuditEvent } from "@/lib/audit/events";
import { rewriteRows } from "@/lib/credentials/authentic-rows";
import { CREDENTIAL_WORDS, credentialState } from "@/lib/credentials/rules";
import type { CredentialKind } from "@/lib/credentials/schema";
import type { Ctx } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import type { Prisma } from "@/lib/generated/prisma/client";
import { allow, clientNameOf, personIdOf } from "@/lib/permissions";

type Revoked = { readonly id: string; readonly kind: CredentialKind; readonly machineId: string };

const deleted =
  (reason: "deleted" | "machine deleted") =>
  ({ id, kind, machineId }: Revoked): AuditEvent => ({
    type: "credential.deleted",
    machineId,
    credentialId: id,
    kind,
    reason,
  });

/** @returns the rows as they were */
const revokeRows = ({ db, actor, now }: Ctx, scope: Prisma.CredentialWhereInput) =>
  rewriteRows(
    db,
    { ...scope, revokedAt: null },
    { revokedAt: now, revokedById: personIdOf(actor), revokedByClient: clientNameOf(actor) },
    now,
  );

/**
 * Revokes one secret or key for ever.
 * @returns what it was, and whether it was live until now; an expired one is deleted too, and nobody depends on it
 * @throws Refusal `not_found` when the machine has no such credential, `gone` when somebody deleted it first
 */
export async function revokeCredential(
  ctx: Ctx,
  { machineId, credentialId }: { readonly machineId: string; readonly credentialId: string },
): Promise<{ kind: CredentialKind; wasLive: boolean }> {
  await allowOn(ctx, "credentials.delete", machineId);
  const scope = { id: credentialId, machineId, tenantId: ctx.actor.tenantId };
  const [revoked] = await revokeRows(ctx, scope);
  if (!revoked) {
    const known = await ctx.db.credential.findFirst({ where: scope, select: { kind: true } });
    throw known
      ? new Refusal("gone", `This ${CREDENTIAL_WORDS[known.kind]} is already deleted.`)
      : new Refusal("not_found", "There is no such client secret or key.");
  }
  await record(ctx, [deleted("deleted")(revoked)]);
  return { kind: revoked.kind, wasLive: credentialState(revoked, ctx.now) === "Live" };
}

/** Revokes every live credential of machines that are being deleted. */
export async function revokeCredentialsOfMachines(ctx: Ctx, machineIds: readonly string[]): Promise<void> {
  allow(ctx.actor, "machines.delete");
  await guardApiClients(ctx, ctx.actor.tenantId, machineIds);
  const scope = { tenantId: ctx.actor.tenantId, machineId: { in: [...machineIds] } };
  const secretsFirst = [...(await revokeRows(ctx, scope))].sort((a, b) => b.kind.localeCompare(a.kind));
  await record(ctx, secretsFirst.map(deleted("machine deleted")));
}
