import type { Ctx, SystemActor, TenantActor } from "@/lib/ctx";
import { env } from "@/lib/env";
import { Prisma } from "@/lib/generated/prisma/client";
import { addSeconds, DAY_SECONDS } from "@/lib/time";
import { binHours, periodStart } from "./rules";
import {
  type ActivityBin,
  type ActivityListQuery,
  type ActivityPeriod,
  type AddressUse,
  type CredentialUse,
  TOKEN_OUTCOMES,
  type TokenOutcome,
  type TokenRequestRow,
} from "./schema";

/** How many addresses of a credential are named; the others are counted. */
const ADDRESSES_NAMED = 5;

/** @returns for how many days activity is kept; 0: none is */
export function keptDays(_ctx: Ctx): number {
  return env().signInActivityDays;
}

type ChartQuery = { readonly period: ActivityPeriod; readonly machineId?: string };

/** @returns how many token requests were granted and refused over a period, for the tenant or one of its machines */
export async function chartActivity(ctx: Ctx, { period, machineId }: ChartQuery): Promise<ActivityBin[]> {
  const { tenantId } = ctx.actor;
  const hours = await ctx.db.tokenRequestHour.findMany({
    where: { tenantId, subjectId: machineId ?? tenantId, hour: { gte: periodStart(period, ctx.now) } },
    select: { hour: true, granted: true, refused: true },
  });
  return binHours(hours, period, ctx.now);
}

/** Which rows of what is looked for: from where, in which direction of time, and how many. */
export type Slice = {
  readonly order: "newest first" | "oldest first";
  readonly beyond?: { readonly at: Date; readonly id: string } | undefined;
  readonly limit: number;
  /** Ids of machines whose rows are left out. */
  readonly without?: readonly string[];
};

const ORDERS = {
  "newest first": { by: Prisma.sql`found.at DESC, found.id DESC`, beyond: Prisma.sql`<` },
  "oldest first": { by: Prisma.sql`found.at, found.id`, beyond: Prisma.sql`>` },
} as const;

/** Each outcome by itself stands in the order of an index. */
function foundOf(
  ctx: Ctx,
  outcome: TokenOutcome,
  query: ActivityListQuery,
  { order, beyond, limit, without = [] }: Slice,
): Prisma.Sql {
  const oldest = addSeconds(ctx.now, -env().signInActivityDays * DAY_SECONDS);
  const from = query.period ? periodStart(query.period, ctx.now) : oldest;
  const where = [
    Prisma.sql`found.tenant_id = ${ctx.actor.tenantId}::uuid`,
    Prisma.sql`outcome = ${outcome}::"TokenOutcome"`,
    Prisma.sql`at >= GREATEST(${from}::timestamptz, ${oldest}::timestamptz)`,
    ...(query.machine ? [Prisma.sql`machine_id = ${query.machine}::uuid`] : []),
    ...(without.length > 0 ? [Prisma.sql`machine_id <> ALL(${[...without]}::uuid[])`] : []),
    ...(beyond
      ? [Prisma.sql`(at, id) ${ORDERS[order].beyond} (${beyond.at}::timestamptz, ${beyond.id}::bigint)`]
      : []),
  ];
  return Prisma.sql`
    (SELECT * FROM token_requests AS found WHERE ${Prisma.join(where, " AND ")} ORDER BY ${ORDERS[order].by} LIMIT ${limit})`;
}

/**
 * A slice of what was asked of the token endpoint for the tenant's machines. It costs the rows it returns, wherever they are, because the place to
 * go on from is a row and not a number. Rows that are due to be deleted are not shown.
 */
export async function listTokenRequests(
  ctx: Ctx,
  query: ActivityListQuery,
  slice: Slice,
): Promise<TokenRequestRow[]> {
  const outcomes = query.outcome ? [query.outcome] : TOKEN_OUTCOMES;
  const found = Prisma.join(
    outcomes.map((outcome) => foundOf(ctx, outcome, query, slice)),
    " UNION ALL ",
  );
  return ctx.db.$queryRaw<TokenRequestRow[]>`
    SELECT id::text, machine_id AS "machineId", credential_id AS "credentialId", outcome::text AS outcome, code, reason, address,
           user_agent AS "userAgent", at, is_folded AS "isFolded", last_at AS "lastAt", count
      FROM (${found}) AS found ORDER BY ${ORDERS[slice.order].by} LIMIT ${slice.limit}`;
}

/** @returns whether a token was bought with the tenant's credential from the address before that instant */
export async function wasUsedBefore(
  ctx: Ctx<TenantActor>,
  used: { readonly credentialId: string; readonly address: string; readonly before: Date },
): Promise<boolean> {
  const { credentialId, address, before } = used;
  const where = { tenantId: ctx.actor.tenantId, credentialId, address, firstAt: { lt: before } };
  return (await ctx.db.credentialUse.count({ where })) > 0;
}

/** @returns how these credentials of the tenant were used to buy tokens; those that never were are not among them */
export async function listCredentialUses(
  ctx: Ctx,
  credentialIds: readonly string[],
): Promise<CredentialUse[]> {
  return ctx.db.$queryRaw<CredentialUse[]>`
    SELECT credential_id AS "credentialId", min(first_at) AS "firstAt", max(last_at) AS "lastAt", sum(count)::int AS count,
           COALESCE((array_agg(address ORDER BY last_at DESC) FILTER (WHERE address <> ''))[1:${ADDRESSES_NAMED}::int], '{}') AS addresses,
           (count(*) FILTER (WHERE address <> ''))::int AS "addressCount"
      FROM credential_uses WHERE tenant_id = ${ctx.actor.tenantId}::uuid AND credential_id = ANY(${[...credentialIds]}::text[])
     GROUP BY credential_id`;
}

type Flood = { readonly tenantId: string; readonly hour: Date; readonly refused: number };

/** @returns the hours since then in which at least so many token requests of a tenant were refused, in all tenants */
export async function listFloods(
  { db }: Ctx<SystemActor>,
  { since, refusedMin }: { readonly since: Date; readonly refusedMin: number },
): Promise<Flood[]> {
  return db.$queryRaw<Flood[]>`
    SELECT tenant_id AS "tenantId", hour, refused FROM token_request_hours
     WHERE hour > ${since} AND subject_id = tenant_id AND refused >= ${refusedMin} ORDER BY hour, tenant_id`;
}

/** Addresses of one credential that are looked at: more than a fleet has. */
const USES_MAX = 1_000;

/** @returns the addresses that a credential of the tenant bought tokens from since then, the latest first */
export async function listUsesByAddress(ctx: Ctx, credentialId: string, since: Date): Promise<AddressUse[]> {
  return ctx.db.credentialUse.findMany({
    where: { tenantId: ctx.actor.tenantId, credentialId, lastAt: { gte: since }, address: { not: "" } },
    orderBy: [{ lastAt: "desc" }, { address: "asc" }],
    take: USES_MAX,
    select: { address: true, count: true, lastAt: true },
  });
}
