import { guardApiClients } from "@/lib/api-clients/gate";
import { record } from "@/lib/audit/commands";
import { authenticated, UNRESTRICTED } from "@/lib/credentials/authentic";
import { checkedExpiry } from "@/lib/credentials/expiry";
import { makeSecret } from "@/lib/credentials/material";
import { countNotEndedByMachine } from "@/lib/credentials/queries";
import type { IssueSecretInput } from "@/lib/credentials/schema";
import type { Ctx } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { getLimits } from "@/lib/limits/queries";
import { allow, clientNameOf, personIdOf } from "@/lib/permissions";

export type Issued = {
  readonly secretId: string;
  readonly clientSecret: string;
  readonly expiresAt: Date | null;
};

const noRoom = (max: number) =>
  new Refusal(
    "limit_reached",
    `This machine has ${max} live or disabled client secrets, the most it may have. Delete one that is no longer used, then add a new one.`,
  );

/** A new secret and its row, which says nothing of the value. */
function newSecret(
  ctx: Ctx,
  { machineId, name = "", allowedAddresses = [] }: IssueSecretInput,
  expiresAt: Date | null,
) {
  const { secretId, value, lastFour, digest, pepperId } = makeSecret();
  const content = {
    id: secretId,
    tenantId: ctx.actor.tenantId,
    machineId,
    kind: "Secret" as const,
    digest: Uint8Array.from(digest),
    pepperId,
    algorithms: [],
    expiresAt,
    expiryCutAt: null,
    revokedAt: null,
    ...UNRESTRICTED,
    allowedAddresses: [...allowedAddresses],
  };
  const row = {
    ...content,
    ...authenticated({ ...content, publicJwk: null }),
    name,
    lastFour,
    createdAt: ctx.now,
    createdById: personIdOf(ctx.actor),
    createdByClient: clientNameOf(ctx.actor),
  };
  return { row, issued: { secretId, clientSecret: value, expiresAt } };
}

/**
 * Adds secrets to machines; a few statements however many. The caller has locked the machines' rows, so that two admins cannot pass the limit
 * together.
 * @returns for each in turn the secret's id, value and end, or `limit_reached` when its machine has the most live secrets it may have; the
 *   values are stored nowhere
 * @throws Refusal `invalid` at `expiresAt`
 */
export async function issueSecrets(
  ctx: Ctx,
  inputs: readonly IssueSecretInput[],
): Promise<readonly (Issued | Refusal)[]> {
  allow(ctx.actor, "secrets.issue");
  const machineIds = [...new Set(inputs.map(({ machineId }) => machineId))];
  await guardApiClients(ctx, ctx.actor.tenantId, machineIds);
  const limits = await getLimits(ctx);
  const counts = await countNotEndedByMachine(ctx, machineIds, "Secret");
  const secrets = inputs.map((input) => {
    const expiresAt = checkedExpiry(input.expiresAt ?? null, limits, ctx.now);
    const count = counts.get(input.machineId) ?? 0;
    if (count >= limits.liveCredentialsMax) return noRoom(limits.liveCredentialsMax);
    counts.set(input.machineId, count + 1);
    return newSecret(ctx, input, expiresAt);
  });
  const rows = secrets.flatMap((one) => (one instanceof Refusal ? [] : [one.row]));
  if (rows.length > 0) await ctx.db.credential.createMany({ data: rows });
  await record(
    ctx,
    rows.map(({ machineId, id: secretId, name, expiresAt }) => ({
      type: "secret.issued" as const,
      machineId,
      secretId,
      name,
      expiresAt,
    })),
  );
  return secrets.map((one) => (one instanceof Refusal ? one : one.issued));
}

/**
 * Adds a secret to a machine, as {@link issueSecrets} does.
 * @throws Refusal `limit_reached` when the machine has the most live secrets it may have, `invalid` at `expiresAt`
 */
export async function issueSecret(ctx: Ctx, input: IssueSecretInput): Promise<Issued> {
  const [issued] = await issueSecrets(ctx, [input]);
  if (!issued || issued instanceof Refusal) throw issued;
  return issued;
}
