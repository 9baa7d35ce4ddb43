import { record } from "@/lib/audit/commands";
import type { AnonymousActor, Ctx, SystemActor } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { hashPassword, isRightPassword } from "./passwords";
import { findAdminForSignIn, isFirstAdminMissing } from "./queries";
import { emailKey } from "./rules";
import type { NewAdmin } from "./schema";
import { forgetAttempt } from "./throttle";

/** Whoever makes the first administrator holds this lock, so that two cannot. */
const FIRST_ADMIN_LOCK = 7_203_115;

/**
 * Waits for anybody else who is making the first administrator, until this transaction ends.
 * @returns whether the first administrator is still to be made
 */
export async function awaitFirstAdmin(ctx: Ctx<AnonymousActor | SystemActor>): Promise<boolean> {
  await ctx.db.$executeRaw`SELECT pg_advisory_xact_lock(${FIRST_ADMIN_LOCK})`;
  return isFirstAdminMissing(ctx.db);
}

/** @throws Refusal `gone` when there is an admin already, or one was being made */
export async function requireNoAdminYet(ctx: Ctx<AnonymousActor | SystemActor>): Promise<void> {
  if (!(await awaitFirstAdmin(ctx))) {
    throw new Refusal("gone", "Latchkey is set up already. Sign in instead.");
  }
}

/** Creates the first administrator, who also manages the installation, after `requireNoAdminYet`. */
export async function createFirstAdmin(
  ctx: Ctx<AnonymousActor | SystemActor>,
  { email, password, tenantId }: NewAdmin & { readonly tenantId: string },
): Promise<void> {
  const admin = await ctx.db.admin.create({
    data: {
      email,
      emailKey: emailKey(email),
      createdAt: ctx.now,
      managesInstallation: true,
      password: { create: { hash: await hashPassword(password), changedAt: ctx.now } },
      memberships: { create: { tenantId, role: "Administrator", createdAt: ctx.now } },
    },
    select: { id: true },
  });
  await record(ctx, [{ type: "admin.created", adminId: admin.id, email, role: "Administrator" }], tenantId);
}

/**
 * Checks email and password. An unknown email, a wrong password and a disabled admin are one answer and one effort.
 * @returns the admin, or null
 */
export async function checkPassword(
  ctx: Ctx<AnonymousActor>,
  { email, password }: { readonly email: string; readonly password: string },
): Promise<{ id: string; email: string } | null> {
  const admin = await findAdminForSignIn(ctx.db, email);
  const isRight = await isRightPassword(password, admin?.hash ?? null);
  return admin && isRight && !admin.isDisabled ? { id: admin.id, email: admin.email } : null;
}

/** A person signed in: the record says so, and the failed attempts before it are forgotten. */
export async function recordSignIn(
  ctx: Ctx<AnonymousActor>,
  admin: { readonly id: string; readonly email: string },
  knownBrowser: string | null,
): Promise<void> {
  await forgetAttempt(ctx, admin.email, knownBrowser);
  await record(ctx, [{ type: "admin.signed_in", adminId: admin.id, email: admin.email }]);
}
