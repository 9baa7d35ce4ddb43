import type { AnonymousActor, Ctx, PersonActor } from "@/lib/ctx";
import { recordOfPerson } from "@/lib/users/record-of-person";
import { digestOfCode } from "@/lib/users/recovery-codes";
import { openSecret, stepOfCode } from "@/lib/users/totp";

type Whose = { readonly id: string; readonly email: string };

/**
 * Takes a code of the person's authenticator app, or a recovery code. Each is taken once, also of several at once: no code
 * of the same time step or an earlier one comes after it, and a used recovery code is gone.
 * @returns whether it was taken
 */
export async function consumeCode(
  ctx: Ctx<AnonymousActor | PersonActor>,
  admin: Whose,
  code: string,
): Promise<boolean> {
  const factor = await ctx.db.secondFactor.findUnique({
    where: { adminId: admin.id },
    select: { encryptedSecret: true, confirmedAt: true },
  });
  if (!factor?.confirmedAt) return false;
  const { encryptedSecret } = factor;
  return (
    (await consumeTotp(ctx, admin, encryptedSecret, code)) ||
    consumeRecoveryCode(ctx, admin, encryptedSecret, code)
  );
}

type ConsumingCtx = Ctx<AnonymousActor | PersonActor>;

async function consumeTotp(ctx: ConsumingCtx, { id: adminId }: Whose, encrypted: Uint8Array, code: string) {
  const step = stepOfCode(encrypted, adminId, code, ctx.now);
  if (step === null) return false;
  const { count } = await ctx.db.secondFactor.updateMany({
    where: { adminId, confirmedAt: { not: null }, lastStep: { lt: step } },
    data: { lastStep: step },
  });
  return count === 1;
}

async function consumeRecoveryCode(
  ctx: ConsumingCtx,
  { id: adminId, email }: Whose,
  encrypted: Uint8Array,
  code: string,
) {
  const digest = digestOfCode(openSecret(encrypted, adminId), code);
  if (digest === null) return false;
  const { count } = await ctx.db.recoveryCode.deleteMany({ where: { adminId, digest } });
  if (count === 0) return false;
  const left = await ctx.db.recoveryCode.count({ where: { adminId } });
  await recordOfPerson(ctx, adminId, { type: "admin.recovery_code_used", adminId, email, left });
  return true;
}
