import { record } from "@/lib/audit/commands";
import type { AnonymousActor, Ctx, SystemActor } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { isFirstAdminMissing } from "@/lib/users/queries/sign-ins";
import { emailKey } from "@/lib/users/rules";
import type { NewAdmin } from "@/lib/users/schema";

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
  { email, passwordHash, tenantId }: NewAdmin & { readonly tenantId: string },
): Promise<void> {
  const admin = await ctx.db.admin.create({
    data: {
      email,
      emailKey: emailKey(email),
      createdAt: ctx.now,
      managesInstallation: true,
      password: { create: { hash: passwordHash, changedAt: ctx.now } },
      memberships: { create: { tenantId, role: "Administrator", createdAt: ctx.now } },
    },
    select: { id: true },
  });
  await record(ctx, [{ type: "admin.created", adminId: admin.id, email, role: "Administrator" }], tenantId);
}
