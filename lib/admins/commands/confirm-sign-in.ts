import { isRightPassword } from "@/lib/admins/passwords";
import { recordOfPerson } from "@/lib/admins/record-of-person";
import type { ConfirmSignInInput } from "@/lib/admins/schema";
import type { Ctx, PersonActor } from "@/lib/ctx";
import { env } from "@/lib/env";
import { Refusal } from "@/lib/errors";
import { spendCode } from "./spend-code";

async function isRight(ctx: Ctx<PersonActor>, { kind, proof }: ConfirmSignInInput): Promise<boolean> {
  const { id: adminId, name: email } = ctx.actor;
  if (kind === "code") return spendCode(ctx, { id: adminId, email }, proof);
  // Where passwords open no door, an old one proves nothing either.
  if (!env().isPasswordSignInOn) return false;
  const stored = await ctx.db.adminPassword.findUnique({ where: { adminId }, select: { hash: true } });
  return isRightPassword(proof, stored?.hash ?? null);
}

/**
 * A person proves again who they are, by password or second factor: for the next minutes sensitive deeds ask no more. The
 * door counts the attempts.
 * @throws Refusal `invalid` at `proof`
 */
export async function confirmSignIn(ctx: Ctx<PersonActor>, input: ConfirmSignInInput): Promise<null> {
  if (!(await isRight(ctx, input))) {
    const message =
      input.kind === "code" ? "This code is wrong, or was used already." : "This is not your password.";
    throw new Refusal("invalid", message, { field: "proof" });
  }
  const { id: adminId, name: email, signInId } = ctx.actor;
  await ctx.db.signIn.updateMany({ where: { id: signInId, endedAt: null }, data: { confirmedAt: ctx.now } });
  await recordOfPerson(ctx, adminId, { type: "admin.sign_in_confirmed", adminId, email });
  return null;
}
