import type { Actor, AnonymousActor, Ctx, PersonActor, SystemActor } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { addSeconds } from "@/lib/time";
import { digestOf, linkTo, makeLinkToken } from "@/lib/users/link-token";
import {
  administeredBy,
  type Maker,
  makerIn,
  makerOf,
  managesInstallation,
  refuseManyLinks,
} from "@/lib/users/maker-of-links";
import { findRight, lockPassword, type RightPassword } from "@/lib/users/own-password";
import { strangerIn } from "@/lib/users/password-work";
import { hashPassword } from "@/lib/users/passwords";
import { readReset } from "@/lib/users/queries/people";
import { recordOfPerson } from "@/lib/users/record-of-person";
import { emailKey, LINK_LIFETIME_SECONDS } from "@/lib/users/rules";
import type { IssuedLink } from "@/lib/users/schema";
import { endSignInsOf } from "./end-sign-ins";
import { lockAccount } from "./hold-account";
import { lockMembers, memberIn } from "./lock-members";

async function issueReset(
  ctx: Ctx<Actor>,
  admin: { readonly id: string; readonly email: string },
  maker: Maker | null,
): Promise<IssuedLink> {
  const spent = { createdAt: { lte: addSeconds(ctx.now, -LINK_LIFETIME_SECONDS) } };
  await ctx.db.passwordReset.deleteMany({ where: { OR: [{ adminId: admin.id }, spent] } });
  const { token, digest } = makeLinkToken();
  await ctx.db.passwordReset.create({
    data: { digest, adminId: admin.id, createdAt: ctx.now, ...maker },
  });
  await recordOfPerson(ctx, admin.id, {
    type: "admin.reset_link_made",
    adminId: admin.id,
    email: admin.email,
  });
  const expiresAt = addSeconds(ctx.now, LINK_LIFETIME_SECONDS);
  return { link: linkTo("reset", token), email: admin.email, expiresAt };
}

/** What stands against one person's giving out another's account. */
type Obstacle = "elsewhere" | "at the provider" | "manages the installation";

/**
 * Whoever holds a reset link can become that person, so it takes an administrator of every tenant the person belongs to, and no less
 * power than theirs; and whom a provider vouches for needs no administrator's word. It is asked when a link is made and when it is used.
 * @returns why this one may not give out the person's account; null when nothing stands against it
 */
async function obstacleTo(ctx: Ctx<Actor>, maker: Maker, adminId: string): Promise<Obstacle | null> {
  const person = await ctx.db.admin.findUniqueOrThrow({
    where: { id: adminId },
    select: { managesInstallation: true, _count: { select: { identities: true } } },
  });
  if (person.managesInstallation && !(await managesInstallation(ctx, maker)))
    return "manages the installation";
  if (person._count.identities !== 0) return "at the provider";
  const elsewhere = await ctx.db.membership.count({
    where: { adminId, tenant: { NOT: administeredBy(maker) } },
  });
  return elsewhere > 0 ? "elsewhere" : null;
}

const AT_SERVER = "Somebody at the server can make the link: npm run admin -- reset-password";

const OBSTACLES: Readonly<Record<Obstacle, string>> = {
  elsewhere: `This person also belongs to a tenant that you do not administer. ${AT_SERVER}`,
  "at the provider": `This person signs in at the OpenID provider, and a password is set there. ${AT_SERVER}`,
  "manages the installation": "This person manages the installation. Ask somebody who does so too.",
};

/**
 * Makes a link by which a member sets a new password, once and within an hour.
 * @throws Refusal `not_found`; `forbidden` with what stands against it; `limit_reached`
 */
export async function makeResetLink(
  ctx: Ctx,
  { adminId }: { readonly adminId: string },
): Promise<IssuedLink> {
  const { email } = memberIn(await lockMembers(ctx), adminId);
  const obstacle = await obstacleTo(ctx, makerOf(ctx.actor), adminId);
  if (obstacle) throw new Refusal("forbidden", OBSTACLES[obstacle]);
  await refuseManyLinks(ctx, "admin.reset_link_made");
  return issueReset(ctx, { id: adminId, email }, makerOf(ctx.actor));
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
  new Refusal(
    "gone",
    "This link is no longer valid: it was used, was replaced, is older than an hour, or you have come to belong where whoever made it has no say.",
  );

/** Sets a password and ends the sign-ins that were made with the one before. */
async function setPassword(
  ctx: Ctx<AnonymousActor | PersonActor>,
  adminId: string,
  hash: string,
  goesOn?: string,
): Promise<void> {
  await ctx.db.adminPassword.upsert({
    where: { adminId },
    create: { adminId, hash, changedAt: ctx.now },
    update: { hash, changedAt: ctx.now },
  });
  await ctx.db.passwordReset.deleteMany({ where: { adminId } });
  await endSignInsOf(ctx, adminId, goesOn);
}

type LinkAndPassword = { readonly token: string; readonly password: string };
type LinkAndHash = { readonly token: string; readonly passwordHash: string };

/** What takes long about {@link resetPassword}, done only for whoever holds a link. @throws Refusal `gone` */
export async function chooseInReset(
  ctx: Ctx<AnonymousActor>,
  { token, password }: LinkAndPassword,
): Promise<LinkAndHash> {
  if (!(await readReset(ctx, { token }))) throw goneReset();
  return { token, passwordHash: await hashPassword(password, strangerIn(ctx)) };
}

/**
 * The holder of a reset link sets a new password; every sign-in of the person ends. Whoever is disabled stays so.
 * @throws Refusal `gone`
 */
export async function resetPassword(
  ctx: Ctx<AnonymousActor>,
  { token, passwordHash }: LinkAndHash,
): Promise<{ readonly email: string }> {
  const where = {
    digest: digestOf(token),
    createdAt: { gt: addSeconds(ctx.now, -LINK_LIFETIME_SECONDS) },
  };
  const reset = await ctx.db.passwordReset.findFirst({
    where,
    select: { createdById: true, apiClientId: true, admin: { select: { id: true, email: true } } },
  });
  if (!reset) throw goneReset();
  const { id: adminId, email } = reset.admin;
  await lockAccount(ctx, adminId);
  const { count } = await ctx.db.passwordReset.deleteMany({ where });
  if (count === 0) throw goneReset();
  // Since it was made the person may have come to belong, or to be known, where whoever made it has no say.
  const maker = makerIn(reset);
  if (maker && (await obstacleTo(ctx, maker, adminId))) throw goneReset();
  await setPassword(ctx, adminId, passwordHash);
  await recordOfPerson(ctx, adminId, { type: "admin.password_reset", adminId, email });
  return { email };
}

const notPresent = () =>
  new Refusal("invalid", "This is not your present password.", { field: "oldPassword" });

type PasswordChange = { readonly present: RightPassword; readonly newHash: string };

/** What takes long about {@link changePassword}. @throws Refusal `invalid` at `oldPassword` */
export async function proveForChange(
  ctx: Ctx<PersonActor>,
  { oldPassword, newPassword }: { readonly oldPassword: string; readonly newPassword: string },
): Promise<PasswordChange> {
  const present = await findRight(ctx, oldPassword);
  if (!present) throw notPresent();
  return { present, newHash: await hashPassword(newPassword, { kind: "known", account: ctx.actor.id }) };
}

/**
 * A person changes their own password; their other sign-ins end, this one goes on. The door counts the attempts.
 * @throws Refusal `invalid` at `oldPassword` when that one is no longer theirs
 */
export async function changePassword(
  ctx: Ctx<PersonActor>,
  { present, newHash }: PasswordChange,
): Promise<null> {
  const { id: adminId, name: email, signInId } = ctx.actor;
  if (!(await lockPassword(ctx, present))) throw notPresent();
  await setPassword(ctx, adminId, newHash, signInId);
  await recordOfPerson(ctx, adminId, { type: "admin.password_changed", adminId, email });
  return null;
}
