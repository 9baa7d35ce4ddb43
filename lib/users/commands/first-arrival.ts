import { record } from "@/lib/audit/commands";
import type { AnonymousActor, Ctx } from "@/lib/ctx";
import type { Role } from "@/lib/roles";
import { findTenantId } from "@/lib/tenants/queries";
import { addSeconds } from "@/lib/time";
import { recordOfPerson } from "@/lib/users/record-of-person";
import { emailKey, isSameMailbox, LINK_LIFETIME_SECONDS } from "@/lib/users/rules";
import { endSignInsOf } from "./end-sign-ins";
import { lockAccount } from "./hold-account";

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

export type Account = { readonly id: string; readonly email: string };
type Arriving = Ctx<AnonymousActor>;

const ACCOUNT = { id: true, email: true } as const;

/** @returns the account that is bound to this subject of this provider */
export async function boundTo(
  ctx: Arriving,
  { issuer, subject }: Pick<Arrival, "issuer" | "subject">,
): Promise<Account | null> {
  const bound = await ctx.db.federatedIdentity.findUnique({
    where: { issuer_subject: { issuer, subject } },
    select: { admin: { select: ACCOUNT } },
  });
  return bound?.admin ?? null;
}

/** Whoever comes for the first time holds this until the transaction ends, so that one person becomes one account. */
async function lockEmail(ctx: Arriving, key: string): Promise<void> {
  await ctx.db.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`arrival ${key}`}, 0))`;
}

async function join(ctx: Arriving, account: Account, tenantId: string, role: Role): Promise<void> {
  const { count } = await ctx.db.membership.createMany({
    data: [{ adminId: account.id, tenantId, role, createdAt: ctx.now }],
    skipDuplicates: true,
  });
  if (count === 0) return;
  await record(ctx, [{ type: "admin.joined", adminId: account.id, email: account.email, role }], tenantId);
}

type Invited = {
  readonly id: string;
  readonly email: string;
  readonly tenantId: string;
  readonly role: Role;
};

/** Held before the account is made, as whoever opens such an invite does: the other order deadlocks with them. */
async function lockInvitesTo(ctx: Arriving, email: string): Promise<Invited[]> {
  const invites = await ctx.db.$queryRaw<Invited[]>`
    SELECT id, email, tenant_id AS "tenantId", role::text AS role FROM invites
     WHERE email_key = ${emailKey(email)} AND created_at > ${addSeconds(ctx.now, -LINK_LIFETIME_SECONDS)}
     ORDER BY id FOR UPDATE`;
  return invites.filter((invite) => isSameMailbox(invite.email, email));
}

/**
 * What opened the account before proves nothing of whom the provider vouches for: whoever opened an invite made it, and that may have
 * been whoever sent it. So all of it ends, with the links that were made for the account or by it.
 */
async function endEarlierProofs(ctx: Arriving, { id: adminId }: Account, issuer: string): Promise<void> {
  await lockAccount(ctx, adminId);
  await ctx.db.adminPassword.deleteMany({ where: { adminId } });
  await ctx.db.secondFactor.deleteMany({ where: { adminId } });
  await ctx.db.recoveryCode.deleteMany({ where: { adminId } });
  await ctx.db.federatedIdentity.deleteMany({ where: { adminId, issuer: { not: issuer } } });
  await ctx.db.passwordReset.deleteMany({ where: { OR: [{ adminId }, { createdById: adminId }] } });
  await ctx.db.invite.deleteMany({ where: { createdById: adminId } });
  await endSignInsOf(ctx, adminId);
}

/** Somebody who came for the first time. */
export type FirstArrival = {
  readonly account: Account;
  /** The account was there before, and what opened it ended. */
  readonly wasThere: boolean;
};

/**
 * Binds somebody who comes for the first time to an account: the one that has their email, or a new one where a rule or an invite gives
 * reason. From then on it is the provider's word that opens it.
 * @returns null where there is no reason, or the account is somebody else's at this provider
 */
export async function firstArrival(ctx: Arriving, arrival: Arrival): Promise<FirstArrival | null> {
  const { issuer, subject, email, role, tenantSlug } = arrival;
  const key = emailKey(email);
  await lockEmail(ctx, key);
  // Somebody who comes twice at once was made by the other one meanwhile.
  const bound = await boundTo(ctx, arrival);
  if (bound) return { account: bound, wasThere: false };
  const tenantId = role && (await findTenantId(ctx.db, tenantSlug));
  const invites = await lockInvitesTo(ctx, email);
  const known = await ctx.db.admin.count({ where: { emailKey: key } });
  if (known === 0 && !tenantId && invites.length === 0) return null;
  const { count: made } = await ctx.db.admin.createMany({
    data: [{ email, emailKey: key, createdAt: ctx.now }],
    skipDuplicates: true,
  });
  const account = await ctx.db.admin.findUniqueOrThrow({ where: { emailKey: key }, select: ACCOUNT });
  if (!isSameMailbox(account.email, email)) return null;
  const { count } = await ctx.db.federatedIdentity.createMany({
    data: [{ issuer, subject, adminId: account.id, createdAt: ctx.now }],
    skipDuplicates: true,
  });
  if (count === 0) return null;
  const wasThere = made === 0;
  if (wasThere) await endEarlierProofs(ctx, account, issuer);
  for (const { id, tenantId: of, role: as } of invites) {
    await ctx.db.invite.deleteMany({ where: { id } });
    await join(ctx, account, of, as);
  }
  if (role && tenantId) await join(ctx, account, tenantId, role);
  // Told last, so that the tenants they joined learn of it, too.
  const bindsAnew = { type: "admin.bound_to_provider", adminId: account.id, email: account.email } as const;
  if (wasThere) await recordOfPerson(ctx, account.id, bindsAnew);
  return { account, wasThere };
}
