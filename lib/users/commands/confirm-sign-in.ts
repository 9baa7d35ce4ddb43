import type { Ctx, PersonActor } from "@/lib/ctx";
import { env } from "@/lib/env";
import { Refusal } from "@/lib/errors";
import { findRight, lockPassword, type RightPassword } from "@/lib/users/own-password";
import { recordOfPerson } from "@/lib/users/record-of-person";
import type { ConfirmSignInInput } from "@/lib/users/schema";
import { consumeCode } from "./consume-code";

/** A code that was typed, or a password that was found right. */
export type Proof = { readonly code: string } | { readonly password: RightPassword };

const wrong = (message: string) => new Refusal("invalid", message, { field: "proof" });
const wrongPassword = () => wrong("This is not your password.");

/** What takes long about {@link confirmSignIn}. @throws Refusal `invalid` at `proof` */
export async function proveAgain(ctx: Ctx<PersonActor>, { kind, proof }: ConfirmSignInInput): Promise<Proof> {
  if (kind === "code") return { code: proof };
  // Where passwords open no door, an old one proves nothing either.
  const password = env().isPasswordSignInOn ? await findRight(ctx, proof) : null;
  if (!password) throw wrongPassword();
  return { password };
}

/**
 * A person proves again who they are, by password or second factor: for the next minutes sensitive deeds ask no more. The
 * door counts the attempts.
 * @throws Refusal `invalid` at `proof`
 */
export async function confirmSignIn(ctx: Ctx<PersonActor>, proof: Proof): Promise<null> {
  const { id: adminId, name: email, signInId } = ctx.actor;
  if ("password" in proof) {
    if (!(await lockPassword(ctx, proof.password))) throw wrongPassword();
  } else if (!(await consumeCode(ctx, { id: adminId, email }, proof.code))) {
    throw wrong("This code is wrong, or was used already.");
  }
  await ctx.db.signIn.updateMany({ where: { id: signInId, endedAt: null }, data: { confirmedAt: ctx.now } });
  await recordOfPerson(ctx, adminId, { type: "admin.sign_in_confirmed", adminId, email });
  return null;
}
