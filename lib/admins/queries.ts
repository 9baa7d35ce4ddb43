import type { Db } from "@/lib/ctx";
import type { TenantView } from "@/lib/tenants/schema";
import { emailKey, isSignInOver } from "./rules";

export type SignedInAdmin = {
  readonly id: string;
  readonly email: string;
  readonly tenants: readonly TenantView[];
  /** May do what concerns all tenants at once. */
  readonly managesInstallation: boolean;
};

/** @returns the admin behind a sign-in, with the tenants they belong to now, or null when they may no longer. */
export async function findSignedInAdmin(
  db: Db,
  signIn: { readonly adminId: string; readonly signedInAt: Date },
  now: Date,
): Promise<SignedInAdmin | null> {
  const admin = await db.admin.findUnique({
    where: { id: signIn.adminId },
    select: {
      id: true,
      email: true,
      disabledAt: true,
      managesInstallation: true,
      password: { select: { changedAt: true } },
      memberships: {
        select: { role: true, tenant: { select: { id: true, slug: true, name: true } } },
        orderBy: [{ createdAt: "asc" }, { tenantId: "asc" }],
      },
    },
  });
  if (!admin || admin.disabledAt) return null;
  if (isSignInOver(signIn.signedInAt, admin.password?.changedAt ?? null, now)) return null;
  return {
    id: admin.id,
    email: admin.email,
    managesInstallation: admin.managesInstallation,
    tenants: admin.memberships.map(({ role, tenant }) => ({ ...tenant, role })),
  };
}

/** What a password is checked against. The hash goes to `passwords.ts` and nowhere else. */
export async function findAdminForSignIn(
  db: Db,
  email: string,
): Promise<{ id: string; email: string; isDisabled: boolean; hash: string | null } | null> {
  const admin = await db.admin.findUnique({
    where: { emailKey: emailKey(email) },
    select: { id: true, email: true, disabledAt: true, password: { select: { hash: true } } },
  });
  if (!admin) return null;
  return {
    id: admin.id,
    email: admin.email,
    isDisabled: admin.disabledAt !== null,
    hash: admin.password?.hash ?? null,
  };
}

/** @returns whether nobody was ever made an admin here, so that set-up is still open. */
export async function isFirstAdminMissing(db: Db): Promise<boolean> {
  return (await db.admin.findFirst({ select: { id: true } })) === null;
}
