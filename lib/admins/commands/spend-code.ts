import { recordOfPerson } from "@/lib/admins/record-of-person";
import { digestOfCode } from "@/lib/admins/recovery-codes";
import { openSecret, stepOfCode } from "@/lib/admins/totp";
import type { AnonymousActor, Ctx, PersonActor } from "@/lib/ctx";

type Whose = { readonly id: string; readonly email: string };

/**
 * Takes a code of the person's authenticator app, or a recovery code. Each is taken once, also of several at once: no code
 * of the same time step or an earlier one comes after it, and a used recovery code is gone.
 * @returns whether it was taken
 */
export async function spendCode(
  ctx: Ctx<AnonymousActor | PersonActor>,
  admin: Whose,
  code: string,
): Promise<boolean> {
  const factor = await ctx.db.secondFactor.findUnique({
    where: { adminId: admin.id },
    select: { sealedSecret: true, confirmedAt: true },
  });
  if (!factor?.confirmedAt) return false;
  const { sealedSecret } = factor;
  return (
    (await spendTotp(ctx, admin, sealedSecret, code)) || spendRecoveryCode(ctx, admin, sealedSecret, code)
  );
}

type SpendingCtx = Ctx<AnonymousActor | PersonActor>;

async function spendTotp(ctx: SpendingCtx, { id: adminId }: Whose, sealed: Uint8Array, code: string) {
  const step = stepOfCode(sealed, adminId, code, ctx.now);
  if (step === null) return false;
  const { count } = await ctx.db.secondFactor.updateMany({
    where: { adminId, confirmedAt: { not: null }, lastStep: { lt: step } },
    data: { lastStep: step },
  });
  return count === 1;
}

async function spendRecoveryCode(
  ctx: SpendingCtx,
  { id: adminId, email }: Whose,
  sealed: Uint8Array,
  code: string,
) {
  const digest = digestOfCode(openSecret(sealed, adminId), code);
  if (digest === null) return false;
  const { count } = await ctx.db.recoveryCode.deleteMany({ where: { adminId, digest } });
  if (count === 0) return false;
  const left = await ctx.db.recoveryCode.count({ where: { adminId } });
  await recordOfPerson(ctx, adminId, { type: "admin.recovery_code_used", adminId, email, left });
  return true;
}
