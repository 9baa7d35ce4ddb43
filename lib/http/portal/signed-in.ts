import { headers } from "next/headers";
import { notFound, redirect } from "next/navigation";
import { getServerSession } from "next-auth";
import { cache } from "react";
import { z } from "zod";
import type { Ctx, PersonActor, UserActor } from "@/lib/ctx";
import { database, isDatabaseAway, outage } from "@/lib/db";
import { env } from "@/lib/env";
import { askedAddress, callerAddress } from "@/lib/http/caller";
import { SECOND_FACTOR_PATH, SIGN_IN_PATH } from "@/lib/paths";
import { may, type Permission } from "@/lib/permissions";
import { noteActor } from "@/lib/requests";
import type { TenantView } from "@/lib/tenants/schema";
import { noteSeen } from "@/lib/users/commands/note-seen";
import { findSignedInAdmin, type SignedInAdmin } from "@/lib/users/queries/sign-ins";
import { authOptions } from "./auth";
import { pageVersion } from "./page-version";

const cookieSchema = z.object({ signInId: z.uuid() });

/** @returns who is signed in, asked once a request; null for nobody */
export const findAdmin = cache(async (): Promise<SignedInAdmin | null> => {
  // It fails for cookies that it cannot read: whoever sends those is not signed in.
  const cookie = cookieSchema.safeParse(await getServerSession(authOptions()).catch(() => null));
  if (!cookie.success) return null;
  try {
    const { prisma: db } = database();
    const now = new Date();
    const admin = await findSignedInAdmin(db, cookie.data.signInId, now);
    if (admin) noteActor(await headers(), admin.id);
    if (admin) await noteSeen({ db, actor: await personOf(admin), now }, admin.lastSeenAt);
    outage().isNow = false;
    return admin;
  } catch (error) {
    outage().isNow = isDatabaseAway(error);
    throw error;
  }
});

type Who = {
  readonly admin: {
    readonly id: string;
    readonly email: string;
    readonly hasSecondFactor: boolean;
    readonly hasPassword: boolean;
  };
  readonly tenants: readonly TenantView[];
};

const who = ({ id, email, hasSecondFactor, hasPassword, tenants }: SignedInAdmin): Who => ({
  admin: { id, email, hasSecondFactor, hasPassword: hasPassword && env().isPasswordSignInOn },
  tenants,
});

/** @returns who is signed in and still may, asked of the database at every request; null for nobody. */
export async function currentAdmin(): Promise<Who | null> {
  const admin = await findAdmin();
  return admin && who(admin);
}

/** Sends whoever is not signed in to the sign-in page, which leads back to the address they asked for. */
async function askToSignIn(): Promise<never> {
  const asked = askedAddress(await headers());
  redirect(asked === "/" ? SIGN_IN_PATH : `${SIGN_IN_PATH}?callbackUrl=${encodeURIComponent(asked)}`);
}

/** For pages on one's own account outside any tenant. */
export async function requirePerson(): Promise<{
  own: Ctx<PersonActor>;
  hasSecondFactor: boolean;
  hasPassword: boolean;
}> {
  const admin = (await findAdmin()) ?? (await askToSignIn());
  const own = { db: database().prisma, actor: await personOf(admin), now: new Date() };
  return { own, hasSecondFactor: admin.hasSecondFactor, hasPassword: who(admin).admin.hasPassword };
}

/** For pages: who is signed in; anybody else is sent to the sign-in page. */
export async function requireUser(): Promise<Who> {
  return (await currentAdmin()) ?? (await askToSignIn());
}

export async function actorIn(admin: SignedInAdmin, tenant: TenantView): Promise<UserActor> {
  return {
    kind: "admin",
    id: admin.id,
    name: admin.email,
    address: callerAddress(await headers()),
    tenantId: tenant.id,
    role: tenant.role,
    managesInstallation: admin.managesInstallation,
  };
}

export async function personOf({ id, email, signInId }: SignedInAdmin): Promise<PersonActor> {
  return { kind: "person", id, name: email, address: callerAddress(await headers()), signInId };
}

/**
 * A provider that vouches for somebody asks its own second factor of them, or not: that is for the provider to rule.
 * @returns whether the tenant asks more of its members than this one has: then there is nothing to see before it is set up
 */
export const mustSetUpSecondFactor = (admin: SignedInAdmin, tenant: TenantView): boolean =>
  tenant.requiresSecondFactor && !admin.hasSecondFactor && !admin.usedSingleSignOn;

type Inside = Who & {
  readonly tenant: TenantView;
  /** When they last proved who they are. */
  readonly confirmedAt: Date;
  readonly ctx: Ctx;
  /** The same person as the owner of their account. */
  readonly own: Ctx<PersonActor>;
  /** What the page is as fresh as; its stream of changes begins there. */
  readonly version: string;
  /** What the page offers; what it leaves out, the deeds would refuse. */
  readonly can: (permission: Permission) => boolean;
};

/** For pages of a tenant: a context that reads as this admin. A tenant they do not belong to is not found. */
export async function requireTenant(slug: string): Promise<Inside> {
  const admin = await findAdmin();
  if (!admin) return askToSignIn();
  const tenant = admin.tenants.find((candidate) => candidate.slug === slug);
  if (!tenant) notFound();
  if (mustSetUpSecondFactor(admin, tenant)) redirect(SECOND_FACTOR_PATH);
  const here = { db: database().prisma, now: new Date() };
  return {
    ...who(admin),
    tenant,
    confirmedAt: admin.confirmedAt,
    ctx: { ...here, actor: await actorIn(admin, tenant) },
    own: { ...here, actor: await personOf(admin) },
    version: pageVersion(tenant.id, here.now),
    can: (permission) => may(tenant.role, permission),
  };
}
