import type { Ctx, Db, PersonActor } from "@/lib/ctx";
import type { Prisma } from "@/lib/generated/prisma/client";
import type { TenantView } from "@/lib/tenants/schema";
import { addSeconds } from "@/lib/time";
import { describeDevice } from "@/lib/users/device";
import { emailKey, isBarred, isSignInOver, SIGN_IN_LIFETIME_SECONDS } from "@/lib/users/rules";
import { SIGN_INS_SHOWN_MAX, type SignInView } from "@/lib/users/schema";

export type SignedInAdmin = {
  readonly id: string;
  readonly email: string;
  readonly signInId: string;
  /** When they last proved who they are. */
  readonly confirmedAt: Date;
  readonly lastSeenAt: Date;
  readonly hasSecondFactor: boolean;
  readonly hasPassword: boolean;
  /** In this sign-in an OpenID provider vouched for them. */
  readonly usedSingleSignOn: boolean;
  /** May do what concerns all tenants at once. */
  readonly managesInstallation: boolean;
  readonly tenants: readonly TenantView[];
};

const TENANT = { select: { id: true, slug: true, name: true, requiresSecondFactor: true } } as const;

const SIGNED_IN = {
  id: true,
  startedAt: true,
  confirmedAt: true,
  lastSeenAt: true,
  endedAt: true,
  usedSingleSignOn: true,
  admin: {
    select: {
      id: true,
      email: true,
      disabledAt: true,
      managesInstallation: true,
      secondFactor: { select: { confirmedAt: true } },
      password: { select: { changedAt: true } },
      memberships: {
        select: { role: true, disabledAt: true, tenant: TENANT },
        orderBy: [{ createdAt: "asc" }, { tenantId: "asc" }],
      },
    },
  },
} as const satisfies Prisma.SignInSelect;

/** @returns the admin behind a sign-in, with the tenants they belong to now, or null when they may no longer. */
export async function findSignedInAdmin(db: Db, signInId: string, now: Date): Promise<SignedInAdmin | null> {
  const signIn = await db.signIn.findUnique({ where: { id: signInId }, select: SIGNED_IN });
  return signIn && signedInAs(signIn, now);
}

/** @returns the same for many sign-ins at once, by sign-in; those that are over are left out */
export async function findSignedInAdmins(
  db: Db,
  signInIds: readonly string[],
  now: Date,
): Promise<Map<string, SignedInAdmin>> {
  const signIns = await db.signIn.findMany({ where: { id: { in: [...signInIds] } }, select: SIGNED_IN });
  return new Map(
    signIns.flatMap((signIn) => {
      const admin = signedInAs(signIn, now);
      return admin ? [[signIn.id, admin] as const] : [];
    }),
  );
}

function signedInAs(
  signIn: Prisma.SignInGetPayload<{ select: typeof SIGNED_IN }>,
  now: Date,
): SignedInAdmin | null {
  if (isSignInOver(signIn, now) || isBarred(signIn.admin)) return null;
  const { id, email, managesInstallation, secondFactor, password, memberships } = signIn.admin;
  return {
    id,
    email,
    signInId: signIn.id,
    confirmedAt: signIn.confirmedAt,
    lastSeenAt: signIn.lastSeenAt,
    hasSecondFactor: secondFactor?.confirmedAt != null,
    hasPassword: password != null,
    usedSingleSignOn: signIn.usedSingleSignOn,
    managesInstallation,
    tenants: memberships
      .filter(({ disabledAt }) => disabledAt === null)
      .map(({ role, tenant }) => ({ ...tenant, role })),
  };
}

/** What a password is checked against. The hash goes to `passwords.ts` and nowhere else. */
export async function findAdminForSignIn(
  db: Db,
  email: string,
): Promise<{
  id: string;
  email: string;
  isBarred: boolean;
  password: { hash: string; changedAt: Date } | null;
} | null> {
  const admin = await db.admin.findUnique({
    where: { emailKey: emailKey(email) },
    select: {
      id: true,
      email: true,
      disabledAt: true,
      password: { select: { hash: true, changedAt: true } },
      memberships: { select: { disabledAt: true } },
    },
  });
  return (
    admin && { id: admin.id, email: admin.email, isBarred: isBarred(admin), password: admin.password ?? null }
  );
}

/** @returns the person's own sign-ins that are not over, the one they act in first, then the latest, so many as are shown */
export async function listOwnSignIns(ctx: Ctx<PersonActor>): Promise<SignInView[]> {
  const rows = await ctx.db.signIn.findMany({
    where: {
      adminId: ctx.actor.id,
      endedAt: null,
      startedAt: { gt: addSeconds(ctx.now, -SIGN_IN_LIFETIME_SECONDS) },
    },
    orderBy: { lastSeenAt: "desc" },
    take: SIGN_INS_SHOWN_MAX,
    select: { id: true, startedAt: true, lastSeenAt: true, address: true, userAgent: true },
  });
  return rows
    .map(({ userAgent, ...row }) => ({
      ...row,
      device: describeDevice(userAgent),
      isThisOne: row.id === ctx.actor.signInId,
    }))
    .sort((one, other) => Number(other.isThisOne) - Number(one.isThisOne));
}

/** @returns whether this sign-in is the one that bound an account which was there before to the provider: whatever opened it ended */
export async function boundTheAccount(ctx: Ctx<PersonActor>): Promise<boolean> {
  const { startedAt, admin } = await ctx.db.signIn.findUniqueOrThrow({
    where: { id: ctx.actor.signInId },
    select: {
      startedAt: true,
      admin: { select: { createdAt: true, identities: { select: { createdAt: true } } } },
    },
  });
  const isSame = (at: Date) => at.getTime() === startedAt.getTime();
  return !isSame(admin.createdAt) && admin.identities.some(({ createdAt }) => isSame(createdAt));
}

/** @returns whether nobody was ever made an admin here, so that set-up is still open. */
export async function isFirstAdminMissing(db: Db): Promise<boolean> {
  return (await db.admin.findFirst({ select: { id: true } })) === null;
}
