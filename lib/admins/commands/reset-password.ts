import { digestOf, linkTo, makeLinkToken } from "@/lib/admins/link-token";
import { hashPassword, isRightPassword } from "@/lib/admins/passwords";
import { recordOfPerson } from "@/lib/admins/record-of-person";
import { emailKey, LINK_LIFETIME_SECONDS } from "@/lib/admins/rules";
import type { IssuedLink } from "@/lib/admins/schema";
import type { Actor, AnonymousActor, Ctx, PersonActor, SystemActor } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { addSeconds } from "@/lib/time";
import { endSignInsOf } from "./end-sign-ins";
import { holdMembers, memberIn, protectInstallation } from "./hold-members";

async function issueReset(
  ctx: Ctx<Actor>,
  admin: { readonly id: string; readonly email: string },
  createdById: string | null,
): Promise<IssuedLink> {
  const spent = { createdAt: { lte: addSeconds(ctx.now, -LINK_LIFETIME_SECONDS) } };
  await ctx.db.passwordReset.deleteMany({ where: { OR: [{ adminId: admin.id }, spent] } });
  const { token, digest } = makeLinkToken();
  await ctx.db.passwordReset.create({
    data: { digest, adminId: admin.id, createdAt: ctx.now, createdById },
  });
  await recordOfPerson(ctx, admin.id, {
    type: "admin.reset_link_made",
    adminId: admin.id,
    email: admin.email,
  });
  const expiresAt = addSeconds(ctx.now, LINK_LIFETIME_SECONDS);
  return { link: linkTo("reset", token), email: admin.email, expiresAt };
}

/**
 * Makes a link by which a member sets a new password, once and within an hour. Whoever holds the link can become that
 * person, so it takes an administrator of every tenant the person belongs to.
 * @throws Refusal `not_found`; `forbidden` when they belong to a tenant that the actor does not administer
 */
export async function makeResetLink(
  ctx: Ctx,
  { adminId }: { readonly adminId: string },
): Promise<IssuedLink> {
  const member = memberIn(await holdMembers(ctx), adminId);
  const { email } = member;
  protectInstallation(ctx, member);
  const elsewhere = await ctx.db.membership.count({
    where: {
      adminId,
      tenant: {
        memberships: { none: { adminId: ctx.actor.id, role: "Administrator", disabledAt: null } },
      },
    },
  });
  if (elsewhere > 0) {
    throw new Refusal(
      "forbidden",
      "This person also belongs to a tenant that you do not administer. Somebody at the server can make the link: npm run admin -- reset-password",
    );
  }
  return issueReset(ctx, { id: adminId, email }, ctx.actor.id);
}

/**
 * The same for somebody at the server, who needs nobody's permission.
 * @throws Refusal `not_found` for an unknown email
 */
export async function makeResetLinkAtServer(
  ctx: Ctx<SystemActor>,
  { email }: { readonly email: string },
): Promise<IssuedLink> {
  const admin = await ctx.db.admin.findUnique({
    where: { emailKey: emailKey(email) },
    select: { id: true, email: true },
  });
  if (!admin) throw new Refusal("not_found", `There is no account with the email ${email}.`);
  return issueReset(ctx, admin, null);
}

/** What everybody is told whose link leads nowhere, whatever the reason. */
const goneReset = () =>
  new Refusal("gone", "This link is no longer valid: it was used, was replaced, or is older than an hour.");

/** Sets a password and ends the sign-ins that were made with the one before. */
async function setPassword(
  ctx: Ctx<AnonymousActor | PersonActor>,
  adminId: string,
  password: string,
  goesOn?: string,
): Promise<void> {
  const hash = await hashPassword(password);
  await ctx.db.adminPassword.upsert({
    where: { adminId },
    create: { adminId, hash, changedAt: ctx.now },
    update: { hash, changedAt: ctx.now },
  });
  await ctx.db.passwordReset.deleteMany({ where: { adminId } });
  await endSignInsOf(ctx, adminId, goesOn);
}

/**
 * The holder of a reset link sets a new password; every sign-in of the person ends. Whoever is disabled stays so.
 * @throws Refusal `gone`
 */
export async function resetPassword(
  ctx: Ctx<AnonymousActor>,
  { token, password }: { readonly token: string; readonly password: string },
): Promise<{ readonly email: string }> {
  const where = {
    digest: digestOf(token),
    createdAt: { gt: addSeconds(ctx.now, -LINK_LIFETIME_SECONDS) },
  };
  const reset = await ctx.db.passwordReset.findFirst({
    where,
    select: { admin: { select: { id: true, email: true } } },
  });
  const { count } = await ctx.db.passwordReset.deleteMany({ where });
  if (!reset || count === 0) throw goneReset();
  const { id: adminId, email } = reset.admin;
  await setPassword(ctx, adminId, password);
  await recordOfPerson(ctx, adminId, { type: "admin.password_reset", adminId, email });
  return { email };
}

/**
 * A person changes their own password; their other sign-ins end, this one goes on. The door counts the attempts.
 * @throws Refusal `invalid` at `oldPassword` when that one is wrong
 */
export async function changePassword(
  ctx: Ctx<PersonActor>,
  { oldPassword, newPassword }: { readonly oldPassword: string; readonly newPassword: string },
): Promise<null> {
  const { id: adminId, name: email, signInId } = ctx.actor;
  // Held, so that of two changes at once the second one needs the first one's password.
  const [stored] = await ctx.db.$queryRaw<{ hash: string }[]>`
    SELECT hash FROM admin_passwords WHERE admin_id = ${adminId}::uuid FOR UPDATE`;
  if (!(await isRightPassword(oldPassword, stored?.hash ?? null))) {
    throw new Refusal("invalid", "This is not your present password.", { field: "oldPassword" });
  }
  await setPassword(ctx, adminId, newPassword, signInId);
  await recordOfPerson(ctx, adminId, { type: "admin.password_changed", adminId, email });
  return null;
}
