import type { AnonymousActor, Ctx, SystemActor } from "@/lib/ctx";
import type { Slice } from "@/lib/pages";
import { allow } from "@/lib/permissions";
import { addSeconds } from "@/lib/time";
import { digestOf } from "@/lib/users/link-token";
import { emailKey, LINK_LIFETIME_SECONDS } from "@/lib/users/rules";
import {
  INVITES_SHOWN_MAX,
  type InviteRow,
  type InviteView,
  type PersonAtServer,
  type PersonRow,
} from "@/lib/users/schema";

const LATEST_SIGN_IN = { select: { startedAt: true }, orderBy: { startedAt: "desc" }, take: 1 } as const;

/** @returns how many members the tenant has, and how many have no second factor. @throws Refusal `forbidden` for whoever does not manage people */
export async function countPeople(ctx: Ctx): Promise<{ all: number; withoutSecondFactor: number }> {
  allow(ctx.actor, "people.manage");
  const { tenantId } = ctx.actor;
  const confirmed = { admin: { secondFactor: { confirmedAt: { not: null } } } };
  const all = await ctx.db.membership.count({ where: { tenantId } });
  const having = await ctx.db.membership.count({ where: { tenantId, ...confirmed } });
  return { all, withoutSecondFactor: all - having };
}

/** @returns the tenant's members by email, of which `after` is one. @throws Refusal `forbidden` for whoever does not manage people */
export async function listPeople(ctx: Ctx, { after, ...slice }: Slice<string> = {}): Promise<PersonRow[]> {
  allow(ctx.actor, "people.manage");
  const rows = await ctx.db.membership.findMany({
    where: {
      tenantId: ctx.actor.tenantId,
      ...(after !== undefined && { admin: { emailKey: { gt: emailKey(after) } } }),
    },
    orderBy: { admin: { emailKey: "asc" } },
    ...slice,
    select: {
      role: true,
      createdAt: true,
      disabledAt: true,
      admin: {
        select: {
          id: true,
          email: true,
          disabledAt: true,
          signIns: LATEST_SIGN_IN,
          secondFactor: { select: { confirmedAt: true } },
          managesInstallation: true,
        },
      },
    },
  });
  return rows.map(({ role, createdAt, disabledAt, admin }) => ({
    id: admin.id,
    email: admin.email,
    role,
    isDisabled: disabledAt !== null || admin.disabledAt !== null,
    isYou: admin.id === ctx.actor.id,
    hasSecondFactor: admin.secondFactor?.confirmedAt != null,
    managesInstallation: admin.managesInstallation,
    joinedAt: createdAt,
    lastSignedInAt: admin.signIns[0]?.startedAt ?? null,
  }));
}

/** @returns everybody who has an account, by email, for somebody at the server */
export async function listEverybody(ctx: Ctx<SystemActor>): Promise<PersonAtServer[]> {
  const rows = await ctx.db.admin.findMany({
    orderBy: { emailKey: "asc" },
    select: {
      email: true,
      disabledAt: true,
      signIns: LATEST_SIGN_IN,
      secondFactor: { select: { confirmedAt: true } },
      memberships: {
        orderBy: { createdAt: "asc" },
        select: { role: true, disabledAt: true, tenant: { select: { name: true, slug: true } } },
      },
    },
  });
  return rows.map(({ email, disabledAt, signIns, secondFactor, memberships }) => ({
    email,
    isDisabled: disabledAt !== null,
    hasSecondFactor: secondFactor?.confirmedAt != null,
    lastSignedInAt: signIns[0]?.startedAt ?? null,
    memberships: memberships.map((membership) => ({
      role: membership.role,
      isDisabled: membership.disabledAt !== null,
      tenantName: membership.tenant.name,
      tenantSlug: membership.tenant.slug,
    })),
  }));
}

const standing = (now: Date) => ({ createdAt: { gt: addSeconds(now, -LINK_LIFETIME_SECONDS) } });

/** @returns the tenant's invites that may still be used, the latest first, so many as are shown. @throws Refusal `forbidden` as above */
export async function listInvites(ctx: Ctx): Promise<InviteRow[]> {
  allow(ctx.actor, "people.manage");
  const rows = await ctx.db.invite.findMany({
    where: { tenantId: ctx.actor.tenantId, ...standing(ctx.now) },
    orderBy: { createdAt: "desc" },
    take: INVITES_SHOWN_MAX,
    select: {
      id: true,
      email: true,
      role: true,
      createdAt: true,
      createdBy: { select: { email: true } },
      apiClient: { select: { machine: { select: { name: true } } } },
    },
  });
  return rows.map(({ createdBy, apiClient, ...row }) => ({
    ...row,
    createdBy: createdBy?.email ?? apiClient?.machine.name ?? "",
    expiresAt: addSeconds(row.createdAt, LINK_LIFETIME_SECONDS),
  }));
}

/** @returns what an invite offers, for whoever holds its link; null for a link that is worth nothing */
export async function readInvite(
  ctx: Ctx<AnonymousActor>,
  { token }: { readonly token: string },
): Promise<InviteView | null> {
  const invite = await ctx.db.invite.findFirst({
    where: { digest: digestOf(token), ...standing(ctx.now) },
    select: { email: true, emailKey: true, role: true, tenant: { select: { name: true } } },
  });
  if (!invite) return null;
  const { email, role, tenant } = invite;
  const account = await ctx.db.admin.findUnique({
    where: { emailKey: invite.emailKey },
    select: { id: true },
  });
  return { email, role, tenantName: tenant.name, hasAccount: account !== null };
}

/** @returns whose password a reset link sets; null for a link that is worth nothing */
export async function readReset(
  ctx: Ctx<AnonymousActor>,
  { token }: { readonly token: string },
): Promise<{ readonly email: string } | null> {
  const reset = await ctx.db.passwordReset.findFirst({
    where: { digest: digestOf(token), ...standing(ctx.now) },
    select: { admin: { select: { email: true } } },
  });
  return reset?.admin ?? null;
}
