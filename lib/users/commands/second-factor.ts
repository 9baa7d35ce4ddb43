import type { Actor, Ctx, PersonActor, SystemActor } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { findRight, lockPassword, type RightPassword } from "@/lib/users/own-password";
import { recordOfPerson } from "@/lib/users/record-of-person";
import { digestOfCode, makeRecoveryCodes } from "@/lib/users/recovery-codes";
import { emailKey } from "@/lib/users/rules";
import {
  enrolmentOf,
  makeEncryptedSecret,
  openSecret,
  stepOfCode,
  type TotpEnrolment,
} from "@/lib/users/totp";
import { consumeCode } from "./consume-code";
import { endSignInsOf } from "./end-sign-ins";

const wrongCode = () =>
  new Refusal("invalid", "This code is wrong, or was used already. Wait for the next one.", {
    field: "code",
  });

/**
 * Begins to set up an authenticator app. Nothing counts until its first code is confirmed; beginning again forgets what was
 * begun before.
 * @returns what the app must know, this once
 * @throws Refusal `conflict` when there is a second factor already
 */
export async function beginSecondFactor(ctx: Ctx<PersonActor>): Promise<TotpEnrolment> {
  const { id: adminId, name: email } = ctx.actor;
  const encryptedSecret = makeEncryptedSecret(adminId);
  await ctx.db.secondFactor.deleteMany({ where: { adminId, confirmedAt: null } });
  const { count } = await ctx.db.secondFactor.createMany({
    data: [{ adminId, encryptedSecret, createdAt: ctx.now }],
    skipDuplicates: true,
  });
  if (count === 0) throw new Refusal("conflict", "You have a second factor already. Remove it first.");
  return enrolmentOf(encryptedSecret, { id: adminId, email });
}

/** What stands in for the app when it is lost; given out once. */
export type IssuedCodes = { readonly recoveryCodes: readonly string[] };

async function issueRecoveryCodes(ctx: Ctx<PersonActor>): Promise<IssuedCodes> {
  const { id: adminId } = ctx.actor;
  const { encryptedSecret } = await ctx.db.secondFactor.findUniqueOrThrow({ where: { adminId } });
  const secret = openSecret(encryptedSecret, adminId);
  const recoveryCodes = makeRecoveryCodes();
  await ctx.db.recoveryCode.deleteMany({ where: { adminId } });
  await ctx.db.recoveryCode.createMany({
    data: recoveryCodes.flatMap((code) => {
      const digest = digestOfCode(secret, code);
      return digest ? [{ digest, adminId, createdAt: ctx.now }] : [];
    }),
  });
  return { recoveryCodes };
}

/**
 * The app shows the right code: from now on every sign-in asks for one. The person's other sign-ins end, because nobody was
 * asked there.
 * @returns the recovery codes, this once
 * @throws Refusal `invalid` at `code`; `gone` when nothing was begun, or it was confirmed meanwhile
 */
export async function confirmSecondFactor(
  ctx: Ctx<PersonActor>,
  { code }: { readonly code: string },
): Promise<IssuedCodes> {
  const { id: adminId, name: email, signInId } = ctx.actor;
  // Held as `startSignIn` holds it, so that nobody comes in by the password alone past this.
  await ctx.db.$queryRaw`SELECT 1 FROM admin_passwords WHERE admin_id = ${adminId}::uuid FOR UPDATE`;
  const begun = await ctx.db.secondFactor.findUnique({ where: { adminId } });
  const step = begun && stepOfCode(begun.encryptedSecret, adminId, code, ctx.now);
  if (begun && step === null) throw wrongCode();
  const { count } = await ctx.db.secondFactor.updateMany({
    where: { adminId, confirmedAt: null, encryptedSecret: begun?.encryptedSecret ?? new Uint8Array() },
    data: { confirmedAt: ctx.now, lastStep: step ?? 0 },
  });
  if (count === 0) throw new Refusal("gone", "Begin again: this code picture is no longer valid.");
  const issued = await issueRecoveryCodes(ctx);
  await endSignInsOf(ctx, adminId, signInId);
  await recordOfPerson(ctx, adminId, { type: "admin.second_factor_set_up", adminId, email });
  return issued;
}

/**
 * Replaces the recovery codes; the ones before are worth nothing any more.
 * @throws Refusal `invalid` at `code`
 */
export async function replaceRecoveryCodes(
  ctx: Ctx<PersonActor>,
  { code }: { readonly code: string },
): Promise<IssuedCodes> {
  const { id: adminId, name: email } = ctx.actor;
  if (!(await consumeCode(ctx, { id: adminId, email }, code))) throw wrongCode();
  const issued = await issueRecoveryCodes(ctx);
  await recordOfPerson(ctx, adminId, { type: "admin.recovery_codes_replaced", adminId, email });
  return issued;
}

async function forgetSecondFactor(ctx: Ctx<Actor>, adminId: string, email: string): Promise<boolean> {
  const { count } = await ctx.db.secondFactor.deleteMany({ where: { adminId } });
  await ctx.db.recoveryCode.deleteMany({ where: { adminId } });
  if (count > 0) await recordOfPerson(ctx, adminId, { type: "admin.second_factor_removed", adminId, email });
  return count > 0;
}

const wrongPassword = () => new Refusal("invalid", "This is not your password.", { field: "password" });

/** What takes long about {@link removeSecondFactor}. @throws Refusal `invalid` at `password` */
export async function proveForRemoval(
  ctx: Ctx<PersonActor>,
  { password }: { readonly password: string },
): Promise<RightPassword> {
  const right = await findRight(ctx, password);
  if (!right) throw wrongPassword();
  return right;
}

/**
 * A person does without a second factor from now on.
 * @throws Refusal `invalid` at `password`; `conflict` while a tenant of theirs requires one
 */
export async function removeSecondFactor(ctx: Ctx<PersonActor>, password: RightPassword): Promise<null> {
  const { id: adminId, name: email } = ctx.actor;
  if (!(await lockPassword(ctx, password))) throw wrongPassword();
  const requiring = await ctx.db.membership.findFirst({
    where: { adminId, disabledAt: null, tenant: { requiresSecondFactor: true } },
    select: { tenant: { select: { name: true } } },
  });
  if (requiring) {
    throw new Refusal("conflict", `${requiring.tenant.name} requires a second factor of its members.`);
  }
  await forgetSecondFactor(ctx, adminId, email);
  return null;
}

/**
 * The same for somebody at the server, when app and recovery codes are lost.
 * @returns the email, and whether there was anything to remove
 * @throws Refusal `not_found` for an unknown email
 */
export async function removeSecondFactorAtServer(
  ctx: Ctx<SystemActor>,
  { email }: { readonly email: string },
): Promise<{ readonly email: string; readonly wasThere: boolean }> {
  const admin = await ctx.db.admin.findUnique({
    where: { emailKey: emailKey(email) },
    select: { id: true, email: true },
  });
  if (!admin) throw new Refusal("not_found", `There is no account with the email ${email}.`);
  return { email: admin.email, wasThere: await forgetSecondFactor(ctx, admin.id, admin.email) };
}
