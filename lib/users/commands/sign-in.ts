import type { AuditEvent } from "@/lib/audit/events";
import type { AnonymousActor, Ctx, PersonActor } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { addSeconds } from "@/lib/time";
import { describeDevice } from "@/lib/users/device";
import { type Asker, strangerIn } from "@/lib/users/password-work";
import { isRightPassword } from "@/lib/users/passwords";
import { hasSecondFactor } from "@/lib/users/queries/second-factor";
import { findAdminForSignIn } from "@/lib/users/queries/sign-ins";
import { recordOfPerson } from "@/lib/users/record-of-person";
import {
  emailKey,
  SIGN_IN_LIFETIME_SECONDS,
  SIGN_INS_KEPT_SECONDS,
  USER_AGENT_MAX_CHARACTERS,
} from "@/lib/users/rules";
import { forgetAttempt } from "@/lib/users/throttle";
import { consumeCode } from "./consume-code";

/** Somebody whose password was right a moment ago. */
export type CheckedAdmin = { readonly id: string; readonly email: string; readonly passwordChangedAt: Date };

/**
 * Checks email and password. An unknown email, a wrong password and a disabled admin are one answer and one effort.
 * @param knownBrowser the nonce of a browser in which this account signed in before
 * @returns the admin, or null
 */
export async function checkPassword(
  ctx: Ctx<AnonymousActor>,
  { email, password }: { readonly email: string; readonly password: string },
  knownBrowser: string | null = null,
): Promise<CheckedAdmin | null> {
  const admin = await findAdminForSignIn(ctx.db, email);
  const asker: Asker = knownBrowser === null ? strangerIn(ctx) : { kind: "known", account: emailKey(email) };
  const isRight = await isRightPassword(password, admin?.password?.hash ?? null, asker);
  if (!admin?.password || !isRight || admin.isBarred) return null;
  return { id: admin.id, email: admin.email, passwordChangedAt: admin.password.changedAt };
}

/** The browser somebody signs in with, and what they typed as a second factor. */
export type Browser = {
  readonly knownBrowser: string | null;
  readonly userAgent: string;
  readonly code?: string;
};

/**
 * A person signed in: the record says so, and the failed attempts before it are forgotten.
 * @returns the id of the sign-in; null when the password was changed since it was checked, or the second factor is missing
 *   or wrong
 */
export async function startSignIn(
  ctx: Ctx<AnonymousActor>,
  admin: CheckedAdmin,
  { knownBrowser, userAgent, code }: Browser,
): Promise<string | null> {
  // Whoever changes the password holds this row, and then ends all sign-ins: this one is among them, or comes too late.
  const [password] = await ctx.db.$queryRaw<{ changedAt: Date }[]>`
    SELECT changed_at AS "changedAt" FROM admin_passwords WHERE admin_id = ${admin.id}::uuid FOR SHARE`;
  if (password?.changedAt.getTime() !== admin.passwordChangedAt.getTime()) return null;
  if (await hasSecondFactor(ctx.db, admin.id)) {
    if (code === undefined || !(await consumeCode(ctx, admin, code))) return null;
  }
  await forgetAttempt(ctx, admin.email, knownBrowser);
  return openSignIn(ctx, admin, { userAgent, confirmedAt: ctx.now, usedSingleSignOn: false });
}

type NewSignIn = {
  readonly userAgent: string;
  /** When the person last proved who they are. */
  readonly confirmedAt: Date;
  readonly usedSingleSignOn: boolean;
};

/** Somebody who proved who they are is signed in from now on, and the record says so. @returns the id of the sign-in */
export async function openSignIn(
  ctx: Ctx<AnonymousActor>,
  admin: { readonly id: string; readonly email: string },
  { userAgent, ...proof }: NewSignIn,
): Promise<string> {
  const { address } = ctx.actor;
  const { id } = await ctx.db.signIn.create({
    data: {
      adminId: admin.id,
      startedAt: ctx.now,
      lastSeenAt: ctx.now,
      address,
      userAgent: userAgent.slice(0, USER_AGENT_MAX_CHARACTERS).toWellFormed(),
      ...proof,
    },
    select: { id: true },
  });
  // The newest is always kept: it says when the person last came.
  await ctx.db.signIn.deleteMany({
    where: { adminId: admin.id, startedAt: { lt: addSeconds(ctx.now, -SIGN_INS_KEPT_SECONDS) } },
  });
  const person = { kind: "person", id: admin.id, name: admin.email, address, signInId: id } as const;
  const event = { type: "admin.signed_in", adminId: admin.id, email: admin.email } as const;
  await recordOfPerson({ ...ctx, actor: person }, admin.id, event);
  return id;
}

/**
 * Somebody was not let in. Attempts that must wait are not asked for their password and leave no event, so that a flood of
 * them is as slow as the throttle makes it. An unknown account costs the same write as a known one.
 * @param reason what was wrong where the account is known and not disabled
 */
export async function recordRefusedSignIn(
  ctx: Ctx<AnonymousActor>,
  { email, reason }: { readonly email: string; readonly reason: "wrong password" | "wrong code" },
): Promise<void> {
  const account = await findAdminForSignIn(ctx.db, email);
  const type = "admin.sign_in_refused";
  const event: AuditEvent = account
    ? { type, adminId: account.id, email: account.email, reason: account.isBarred ? "disabled" : reason }
    : { type, reason: "no such account" };
  await recordOfPerson(ctx, account?.id ?? null, event);
}

/** A person signs out, or comes back to do so: the sign-in ends in every process. */
export async function signOut(
  ctx: Ctx<AnonymousActor>,
  { signInId }: { readonly signInId: string },
): Promise<void> {
  const [signIn] = await ctx.db.signIn.updateManyAndReturn({
    where: { id: signInId, endedAt: null },
    data: { endedAt: ctx.now },
    select: { admin: { select: { id: true, email: true } } },
  });
  if (!signIn) return;
  const { id, email } = signIn.admin;
  const person = { kind: "person", id, name: email, address: ctx.actor.address, signInId } as const;
  await recordOfPerson({ ...ctx, actor: person }, id, { type: "admin.signed_out", adminId: id, email });
}

/**
 * Ends one of the person's own sign-ins, here or elsewhere; its next request is refused in every process.
 * @throws Refusal `gone` when it is over already
 */
export async function endOwnSignIn(
  ctx: Ctx<PersonActor>,
  { signInId }: { readonly signInId: string },
): Promise<null> {
  const [ended] = await ctx.db.signIn.updateManyAndReturn({
    where: {
      id: signInId,
      adminId: ctx.actor.id,
      endedAt: null,
      startedAt: { gt: addSeconds(ctx.now, -SIGN_IN_LIFETIME_SECONDS) },
    },
    data: { endedAt: ctx.now },
    select: { userAgent: true },
  });
  if (!ended) throw new Refusal("gone", "This sign-in is over already.");
  const { id: adminId, name: email } = ctx.actor;
  const device = describeDevice(ended.userAgent);
  await recordOfPerson(ctx, adminId, { type: "admin.sign_in_ended", adminId, email, device });
  return null;
}
