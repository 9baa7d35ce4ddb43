import { recordOfPerson } from "@/lib/admins/record-of-person";
import { CONFIRMED_FOR_SECONDS, emailKey, isBarred, LINK_LIFETIME_SECONDS } from "@/lib/admins/rules";
import { record } from "@/lib/audit/commands";
import type { AuditEvent } from "@/lib/audit/events";
import type { AnonymousActor, Ctx } from "@/lib/ctx";
import { findTenantId } from "@/lib/tenants/queries";
import type { Role } from "@/lib/tenants/schema";
import { addSeconds } from "@/lib/time";
import { openSignIn } from "./sign-in";

/** Somebody whom an OpenID provider vouches for, and whom the rules let in. */
export type Arrival = {
  readonly issuer: string;
  readonly subject: string;
  readonly email: string;
  /** What they become in the tenant when they come for the first time; null is nothing. */
  readonly role: Role | null;
  readonly tenantSlug: string;
  /** When they last proved to the provider who they are; null where it does not say. */
  readonly provedAt: Date | null;
};

type Account = { readonly id: string; readonly email: string };
type Arriving = Ctx<AnonymousActor>;

const ACCOUNT = { id: true, email: true } as const;

/** Whoever comes for the first time holds this until the transaction ends, so that one person becomes one account. */
async function holdEmail(ctx: Arriving, key: string): Promise<void> {
  await ctx.db.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`arrival ${key}`}, 0))`;
}

const liveInvites = (ctx: Arriving, key: string) => ({
  emailKey: key,
  createdAt: { gt: addSeconds(ctx.now, -LINK_LIFETIME_SECONDS) },
});

async function join(ctx: Arriving, account: Account, tenantId: string, role: Role): Promise<void> {
  const { count } = await ctx.db.membership.createMany({
    data: [{ adminId: account.id, tenantId, role, createdAt: ctx.now }],
    skipDuplicates: true,
  });
  if (count === 0) return;
  await record(ctx, [{ type: "admin.joined", adminId: account.id, email: account.email, role }], tenantId);
}

/** An invite is for an email, and the provider vouches for it: the link is not needed. */
async function takeInvites(ctx: Arriving, account: Account, key: string): Promise<void> {
  const where = liveInvites(ctx, key);
  for (const { id, tenantId, role } of await ctx.db.invite.findMany({
    where,
    select: { id: true, tenantId: true, role: true },
  })) {
    const { count } = await ctx.db.invite.deleteMany({ where: { ...where, id } });
    if (count > 0) await join(ctx, account, tenantId, role);
  }
}

async function boundTo(
  ctx: Arriving,
  { issuer, subject }: Pick<Arrival, "issuer" | "subject">,
): Promise<Account | null> {
  const bound = await ctx.db.identity.findUnique({
    where: { issuer_subject: { issuer, subject } },
    select: { admin: { select: ACCOUNT } },
  });
  return bound?.admin ?? null;
}

/** The account of somebody who comes for the first time: theirs by email, or a new one where a rule or an invite gives reason. */
async function firstTime(ctx: Arriving, arrival: Arrival): Promise<Account | null> {
  const { issuer, subject, email, role, tenantSlug } = arrival;
  const key = emailKey(email);
  await holdEmail(ctx, key);
  // Somebody who comes twice at once was made by the other one meanwhile.
  const bound = await boundTo(ctx, arrival);
  if (bound) return bound;
  const known = await ctx.db.admin.findUnique({ where: { emailKey: key }, select: ACCOUNT });
  const tenantId = role && (await findTenantId(ctx.db, tenantSlug));
  const isInvited = (await ctx.db.invite.count({ where: liveInvites(ctx, key) })) > 0;
  if (!known && !tenantId && !isInvited) return null;
  const account =
    known ??
    (await ctx.db.admin.create({ data: { email, emailKey: key, createdAt: ctx.now }, select: ACCOUNT }));
  // An account that is bound to somebody at this provider is not given to somebody else who now has the email.
  const { count } = await ctx.db.identity.createMany({
    data: [{ issuer, subject, adminId: account.id, createdAt: ctx.now }],
    skipDuplicates: true,
  });
  if (count === 0) return null;
  await takeInvites(ctx, account, key);
  if (role && tenantId) await join(ctx, account, tenantId, role);
  return account;
}

/**
 * Signs somebody in whom an OpenID provider vouches for. They are known by their subject at the provider once they came; the
 * rules give a role only the first time, later the tenant's administrators do.
 * @returns the id of the sign-in, or why there is none; a refusal is recorded
 */
export async function arrive(
  ctx: Arriving,
  arrival: Arrival,
  userAgent: string,
): Promise<{ readonly signInId: string } | { readonly refused: "disabled" | "no such account" }> {
  const account = (await boundTo(ctx, arrival)) ?? (await firstTime(ctx, arrival));
  const type = "admin.sign_in_refused";
  if (!account) {
    await recordOfPerson(ctx, null, { type, reason: "no such account" });
    return { refused: "no such account" };
  }
  const standing = await ctx.db.admin.findUniqueOrThrow({
    where: { id: account.id },
    select: { disabledAt: true, memberships: { select: { disabledAt: true } } },
  });
  if (isBarred(standing)) {
    await recordOfPerson(ctx, account.id, {
      type,
      adminId: account.id,
      email: account.email,
      reason: "disabled",
    });
    return { refused: "disabled" };
  }
  // A provider that does not say when may have asked nothing of them for weeks: sensitive deeds then ask.
  const provedAt = arrival.provedAt ?? addSeconds(ctx.now, -CONFIRMED_FOR_SECONDS);
  const signInId = await openSignIn(ctx, account, {
    userAgent,
    confirmedAt: new Date(Math.min(provedAt.getTime(), ctx.now.getTime())),
    usedSingleSignOn: true,
  });
  return { signInId };
}

/** The rules let somebody not in whom the provider vouches for: the record says so, where it is known who that is. */
export async function recordRefusedArrival(
  ctx: Arriving,
  who: Pick<Arrival, "issuer" | "subject">,
): Promise<void> {
  const account = await boundTo(ctx, who);
  const event: AuditEvent = account
    ? { type: "admin.sign_in_refused", adminId: account.id, email: account.email, reason: "rules" }
    : { type: "admin.sign_in_refused", reason: "rules" };
  await recordOfPerson(ctx, account?.id ?? null, event);
}
