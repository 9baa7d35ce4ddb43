import { record } from "@/lib/audit/commands";
import type { AnonymousActor, Ctx, PersonActor } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import type { Role } from "@/lib/roles";
import { addSeconds } from "@/lib/time";
import { digestOf, linkTo, makeLinkToken } from "@/lib/users/link-token";
import { makerOf, refuseManyLinks } from "@/lib/users/maker-of-links";
import { strangerIn } from "@/lib/users/password-work";
import { hashPassword } from "@/lib/users/passwords";
import { readInvite } from "@/lib/users/queries/people";
import { emailKey, LINK_LIFETIME_SECONDS } from "@/lib/users/rules";
import type { IssuedLink } from "@/lib/users/schema";
import { lockAccount } from "./hold-account";
import { lockMembers } from "./lock-members";

/**
 * Makes a link by which somebody becomes a member, once and within an hour. Whether they have an account already makes no
 * difference here. An earlier invite of the same person is worth nothing any more.
 * @throws Refusal `conflict` at `email` for a member; `limit_reached`
 */
export async function invitePerson(
  ctx: Ctx,
  { email, role }: { readonly email: string; readonly role: Role },
): Promise<IssuedLink> {
  await lockMembers(ctx);
  await refuseManyLinks(ctx, "admin.invited");
  const { tenantId } = ctx.actor;
  const key = emailKey(email);
  const member = await ctx.db.membership.findFirst({
    where: { tenantId, admin: { emailKey: key } },
    select: { disabledAt: true },
  });
  if (member) {
    const advice = member.disabledAt ? " but is disabled. Enable them instead." : ".";
    throw new Refusal("conflict", `This person is in the tenant already${advice}`, { field: "email" });
  }
  const spent = { createdAt: { lte: addSeconds(ctx.now, -LINK_LIFETIME_SECONDS) } };
  await ctx.db.invite.deleteMany({ where: { tenantId, OR: [{ emailKey: key }, spent] } });
  const { token, digest } = makeLinkToken();
  await ctx.db.invite.create({
    data: { tenantId, email, emailKey: key, role, digest, createdAt: ctx.now, ...makerOf(ctx.actor) },
  });
  await record(ctx, [{ type: "admin.invited", email, role }]);
  return { link: linkTo("invite", token), email, expiresAt: addSeconds(ctx.now, LINK_LIFETIME_SECONDS) };
}

/**
 * Makes an invite's link worth nothing.
 * @throws Refusal `gone` when it was used or revoked already
 */
export async function revokeInvite(ctx: Ctx, { inviteId }: { readonly inviteId: string }): Promise<null> {
  await lockMembers(ctx);
  const where = { id: inviteId, tenantId: ctx.actor.tenantId };
  const invite = await ctx.db.invite.findFirst({ where, select: { email: true, role: true } });
  const { count } = await ctx.db.invite.deleteMany({ where });
  if (!invite || count === 0) throw new Refusal("gone", "This invite was used or revoked already.");
  await record(ctx, [{ type: "admin.invite_revoked", ...invite }]);
  return null;
}

/** What everybody is told whose link leads nowhere, whatever the reason. */
const goneInvite = () =>
  new Refusal("gone", "This invite is no longer valid: it was used, was revoked, or is older than an hour.");

/** Uses an invite up. Of several at once one gets it. @throws Refusal `gone` */
async function consumeInvite(ctx: Ctx<AnonymousActor | PersonActor>, token: string) {
  const where = {
    digest: digestOf(token),
    createdAt: { gt: addSeconds(ctx.now, -LINK_LIFETIME_SECONDS) },
  };
  const invite = await ctx.db.invite.findFirst({
    where,
    select: { email: true, emailKey: true, role: true, tenantId: true, tenant: { select: { slug: true } } },
  });
  const { count } = await ctx.db.invite.deleteMany({ where });
  if (!invite || count === 0) throw goneInvite();
  return invite;
}

type Joined = { readonly tenantSlug: string };

type Chosen = { readonly token: string; readonly passwordHash: string };

/** What takes long about {@link acceptInviteAsNew}, done only for whoever holds an invite. @throws Refusal `gone` */
export async function chooseInInvite(
  ctx: Ctx<AnonymousActor>,
  { token, password }: { readonly token: string; readonly password: string },
): Promise<Chosen> {
  if (!(await readInvite(ctx, { token }))) throw goneInvite();
  return { token, passwordHash: await hashPassword(password, strangerIn(ctx)) };
}

/**
 * The holder of an invite makes an account with the invited email and a password of their own, and is a member.
 * @throws Refusal `gone` for a link that is worth nothing; `conflict` when there is such an account already
 */
export async function acceptInviteAsNew(
  ctx: Ctx<AnonymousActor>,
  { token, passwordHash }: Chosen,
): Promise<Joined & { readonly email: string }> {
  const { email, emailKey: key, role, tenantId, tenant } = await consumeInvite(ctx, token);
  const [admin] = await ctx.db.admin.createManyAndReturn({
    data: [{ email, emailKey: key, createdAt: ctx.now }],
    skipDuplicates: true,
    select: { id: true },
  });
  if (!admin) throw new Refusal("conflict", "You have an account already. Sign in to accept the invite.");
  await ctx.db.adminPassword.create({
    data: { adminId: admin.id, hash: passwordHash, changedAt: ctx.now },
  });
  await ctx.db.membership.create({ data: { adminId: admin.id, tenantId, role, createdAt: ctx.now } });
  await record(ctx, [{ type: "admin.joined", adminId: admin.id, email, role }], tenantId);
  return { tenantSlug: tenant.slug, email };
}

/**
 * Somebody who is signed in accepts an invite to their own email, and is a member of one more tenant.
 * @throws Refusal `gone`; `forbidden` when somebody else is invited; `conflict` for a member
 */
export async function acceptInvite(
  ctx: Ctx<PersonActor>,
  { token }: { readonly token: string },
): Promise<Joined> {
  const { email, emailKey: key, role, tenantId, tenant } = await consumeInvite(ctx, token);
  const { id: adminId, name, signInId } = ctx.actor;
  if (emailKey(name) !== key) {
    throw new Refusal("forbidden", `This invite is for ${email}, and you are signed in as ${name}.`);
  }
  await lockAccount(ctx, adminId);
  // Whoever got hold of the account a moment ago, by a reset link or for the first time, ended this sign-in.
  if ((await ctx.db.signIn.count({ where: { id: signInId, endedAt: null } })) === 0) {
    throw new Refusal("forbidden", "Your sign-in has ended. Sign in again to accept the invite.");
  }
  const { count } = await ctx.db.membership.createMany({
    data: [{ adminId, tenantId, role, createdAt: ctx.now }],
    skipDuplicates: true,
  });
  if (count === 0) throw new Refusal("conflict", "You are in this tenant already.");
  await record(ctx, [{ type: "admin.joined", adminId, email, role }], tenantId);
  return { tenantSlug: tenant.slug };
}
