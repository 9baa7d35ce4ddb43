import type { AnonymousActor, Ctx } from "@/lib/ctx";
import { database } from "@/lib/db";
import { perform } from "@/lib/http/deeds";
import { log } from "@/lib/log";
import { checkPassword, recordRefusedSignIn, startSignIn } from "@/lib/users/commands/sign-in";
import { hasSecondFactor } from "@/lib/users/queries/second-factor";
import { emailKey } from "@/lib/users/rules";
import { signInSchema, signInWithCodeSchema } from "@/lib/users/schema";
import { countAttempt, countCode, giveBackAttempt } from "@/lib/users/throttle";
import { knownBrowserOf } from "./known-browser";

/** The browser that somebody signs in with. */
export type Visitor = {
  readonly address: string | null;
  readonly cookies: string | null;
  readonly userAgent: string;
};

/** What the sign-in page is told; anything else it shows as "wrong". */
export class SignInError extends Error {}

/**
 * Signs somebody in with email and password, and a code where they have a second factor.
 * @param credentials what the sign-in page sent
 * @returns the sign-in, with the key of the account's email; null when something is wrong
 * @throws SignInError with what the page is told; PasswordsBusyError
 */
export async function signInByPassword(
  visitor: Visitor,
  credentials: unknown,
): Promise<{ readonly id: string; readonly account: string } | null> {
  const parsed = signInSchema.safeParse(credentials);
  if (!parsed.success) return null;
  const { email, password } = parsed.data;
  const actor: AnonymousActor = { kind: "anonymous", address: visitor.address };
  const { prisma } = database();
  const account = emailKey(email);
  const knownBrowser = knownBrowserOf(visitor.cookies, account);
  const inTransaction = <T>(deed: (ctx: Ctx<AnonymousActor>) => Promise<T>) => perform(actor, deed, null);
  const waitSeconds = await inTransaction((ctx) => countAttempt(ctx, email, knownBrowser));
  if (waitSeconds > 0) throw new SignInError(`TooManyAttempts:${waitSeconds}`);
  const admin = await checkPassword(
    { db: prisma, actor, now: new Date() },
    { email, password },
    knownBrowser,
  );
  const code = signInWithCodeSchema.safeParse(credentials).data?.code;
  const asksForCode = admin !== null && (await hasSecondFactor(prisma, admin.id));
  if (asksForCode) {
    if (code === undefined) {
      await inTransaction((ctx) => giveBackAttempt(ctx, email, knownBrowser));
      throw new SignInError("SecondFactor");
    }
    const pauseSeconds = await inTransaction((ctx) => countCode(ctx, email, knownBrowser));
    if (pauseSeconds > 0) throw new SignInError(`TooManyAttempts:${pauseSeconds}`);
  }
  const browser = { knownBrowser, userAgent: visitor.userAgent, ...(code !== undefined && { code }) };
  const signInId = admin && (await inTransaction((ctx) => startSignIn(ctx, admin, browser)));
  if (!signInId) {
    await inTransaction((ctx) =>
      recordRefusedSignIn(ctx, { email, reason: asksForCode ? "wrong code" : "wrong password" }),
    );
    log.info({ event: "admin.sign_in_refused", address: visitor.address }, "sign-in refused");
    if (asksForCode) throw new SignInError("WrongCode");
    return null;
  }
  return { id: signInId, account };
}
