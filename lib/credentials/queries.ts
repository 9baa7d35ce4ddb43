import { ofSeenMachines } from "@/lib/api-clients/gate";
import type { Actor, Ctx, TenantActor } from "@/lib/ctx";
import { isAuthentic, ROW } from "./authentic";
import type { CredentialOfTenant } from "./commands/disable-credential";
import { isLive, whereNotEnded } from "./conditions";
import { matchOf, pepperIds, secretHint, secretIdOf, secretIn } from "./material";
import { credentialState } from "./rules";
import {
  CREDENTIALS_SHOWN_MAX,
  type CredentialKind,
  type KeyView,
  type NamedState,
  type RecognizedSecret,
  type SecretView,
} from "./schema";

const VIEW = {
  id: true,
  name: true,
  note: true,
  createdAt: true,
  createdBy: { select: { email: true } },
  createdByClient: true,
  expiresAt: true,
  lastUsedAt: true,
  lastUsedAddress: true,
  revokedAt: true,
  revokedBy: { select: { email: true } },
  revokedByClient: true,
  disabledAt: true,
  disabledBy: { select: { email: true } },
  disabledByClient: true,
  disabledReason: true,
  allowedAddresses: true,
  purchasesMax: true,
  purchases: true,
} as const;

/** Live ones first, newest first; then the deleted ones as a record. */
const ORDER = [{ revokedAt: { sort: "desc", nulls: "first" } }, { createdAt: "desc" }] as const;

type Person = { readonly email: string } | null;
type DoneBy = {
  readonly createdBy: Person;
  readonly createdByClient: string | null;
  readonly revokedBy: Person;
  readonly revokedByClient: string | null;
  readonly disabledBy: Person;
  readonly disabledByClient: string | null;
};

/** @returns the row, with what the people and API clients are called who did something to it */
const named = <R extends DoneBy>(row: R) => {
  const { createdBy, createdByClient, revokedBy, revokedByClient, disabledBy, disabledByClient, ...rest } =
    row;
  return {
    ...rest,
    createdBy: createdBy?.email ?? createdByClient,
    revokedBy: revokedBy?.email ?? revokedByClient,
    disabledBy: disabledBy?.email ?? disabledByClient,
  };
};

/** @returns the machine's client secrets: live ones first, newest first; then the deleted ones as a record, so many as are shown. */
export async function listSecrets(
  ctx: Ctx,
  { machineId }: { readonly machineId: string },
): Promise<SecretView[]> {
  const rows = await ctx.db.credential.findMany({
    where: { tenantId: ctx.actor.tenantId, machineId, kind: "Secret", ...ofSeenMachines(ctx.actor) },
    orderBy: [...ORDER],
    take: CREDENTIALS_SHOWN_MAX,
    select: { ...VIEW, lastFour: true },
  });
  return rows.map(({ lastFour, ...row }) => ({ ...named(row), hint: secretHint(lastFour ?? "") }));
}

/** @returns the machine's public keys, in the order of its secrets. */
export async function listKeys(ctx: Ctx, { machineId }: { readonly machineId: string }): Promise<KeyView[]> {
  const rows = await ctx.db.credential.findMany({
    where: { tenantId: ctx.actor.tenantId, machineId, kind: "Key", ...ofSeenMachines(ctx.actor) },
    orderBy: [...ORDER],
    take: CREDENTIALS_SHOWN_MAX,
    select: { ...VIEW, algorithms: true, thumbprint: true },
  });
  return rows.map(({ thumbprint, ...row }) => ({ ...named(row), thumbprint: thumbprint ?? "" }));
}

type Described = {
  readonly name: string;
  readonly expiresAt: Date | null;
  readonly disabledAt: Date | null;
  readonly thumbprint: string | null;
};

/** @returns what people call some of the tenant's credentials, when they end, whether they are disabled, and a key's thumbprint, by id */
export async function describeCredentials(
  ctx: Ctx<TenantActor>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Described>> {
  const rows = await ctx.db.credential.findMany({
    where: { id: { in: [...ids] }, tenantId: ctx.actor.tenantId },
    select: { id: true, name: true, expiresAt: true, disabledAt: true, thumbprint: true },
  });
  return new Map(rows.map(({ id, ...row }) => [id, row]));
}

type OfMachine = { readonly tenantId: string; readonly machineId: string };

/**
 * Whoever asks may have waited for a deed that gave a credential its end after they began: an end that has come by now counts.
 * @returns how many credentials of the machine are live: neither deleted nor expired nor disabled
 */
export async function countLiveCredentials(
  { db, now }: Pick<Ctx, "db" | "now">,
  { tenantId, machineId }: OfMachine,
): Promise<number> {
  const [row] = await db.$queryRaw<{ live: number }[]>`
    SELECT count(*)::int AS live FROM credentials
     WHERE tenant_id = ${tenantId}::uuid AND machine_id = ${machineId}::uuid AND ${isLive(now)}
       AND (expires_at IS NULL OR expires_at > clock_timestamp())`;
  return row?.live ?? 0;
}

/** @returns by machine how many credentials of a kind take a place among those that it may have: also disabled ones, which may be enabled */
export async function countNotEndedByMachine(
  ctx: Ctx<TenantActor>,
  machineIds: readonly string[],
  kind: CredentialKind,
): Promise<Map<string, number>> {
  const groups = await ctx.db.credential.groupBy({
    by: ["machineId"],
    where: {
      tenantId: ctx.actor.tenantId,
      machineId: { in: [...machineIds] },
      kind,
      ...whereNotEnded(ctx.now),
    },
    _count: true,
  });
  return new Map(groups.map(({ machineId, _count: count }) => [machineId, count]));
}

/** @returns the same of one machine */
export async function countNotEndedCredentials(
  ctx: Ctx<TenantActor>,
  machineId: string,
  kind: CredentialKind,
): Promise<number> {
  return (await countNotEndedByMachine(ctx, [machineId], kind)).get(machineId) ?? 0;
}

/**
 * Whose a client secret is that somebody found, deleted or not. Its id alone is asked for; the value is compared in constant time.
 * @returns null where the tenant has none of its id, whoever else may have it
 */
export async function recognizeSecret(ctx: Ctx, text: string): Promise<RecognizedSecret | null> {
  const presented = secretIn(text);
  if (!presented) return null;
  const row = await ctx.db.credential.findFirst({
    where: { tenantId: ctx.actor.tenantId, id: presented.secretId, kind: "Secret" },
    select: { digest: true, pepperId: true },
  });
  const { digest = null, pepperId = null } = row ?? {};
  const match = matchOf(presented.value, digest && { digest, pepperId: pepperId ?? "" }, ctx.now);
  if (!row) return null;
  const { current, previous } = pepperIds(ctx.now);
  const isComparable = pepperId === current || pepperId === previous;
  return {
    credentialId: presented.secretId,
    value: match ? "right" : isComparable ? "wrong" : "not comparable",
  };
}

/**
 * Whose client secrets are that a stranger shows, in whatever tenant. What no server can have issued is not asked for; the rest is one read,
 * and each costs the same whether it is known, wrong or nobody's.
 * @returns for each value its credential, where the value is right and the credential not deleted; null otherwise
 */
export async function findOwners(
  { db, now }: Pick<Ctx<Actor>, "db" | "now">,
  values: readonly string[],
): Promise<(CredentialOfTenant | null)[]> {
  const ids = values.map(secretIdOf);
  const asked = ids.filter((id) => id !== null);
  const rows =
    asked.length === 0
      ? []
      : await db.credential.findMany({ where: { id: { in: asked }, kind: "Secret" }, select: ROW });
  const byId = new Map(rows.map((row) => [row.id, row]));
  return values.map((value, index) => {
    const id = ids[index];
    if (!id) return null;
    const row = byId.get(id);
    const { digest = null, pepperId = null } = row ?? {};
    const match = matchOf(value, digest && { digest, pepperId: pepperId ?? "" }, now);
    if (match !== "digest" || !row || !isAuthentic(row)) return null;
    return { tenantId: row.tenantId, machineId: row.machineId, credentialId: row.id };
  });
}

/** @returns what a credential is called, and its state now; null where the tenant has none of that id */
export async function findCredential(
  { db, now }: Pick<Ctx<Actor>, "db" | "now">,
  { tenantId, machineId, credentialId }: CredentialOfTenant,
): Promise<NamedState | null> {
  const row = await db.credential.findFirst({
    where: { id: credentialId, machineId, tenantId },
    select: { name: true, kind: true, expiresAt: true, revokedAt: true, disabledAt: true },
  });
  return row && { name: row.name, kind: row.kind, state: credentialState(row, now) };
}
