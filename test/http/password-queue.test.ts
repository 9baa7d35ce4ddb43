import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { inSteps, performGuarded } from "@/lib/http/deeds";
import { knownBrowserCookie } from "@/lib/http/portal/known-browser";
import { signInByPassword } from "@/lib/http/portal/password-sign-in";
import { confirmSignIn, proveAgain } from "@/lib/users/commands/confirm-sign-in";
import { hashPassword } from "@/lib/users/passwords";
import { emailKey } from "@/lib/users/rules";
import { holdBcrypt } from "@/test/watched-bcrypt";
import { newTenantAdmin, prisma, signedIn, unique } from "@/test/world";

const PASSWORD = "correct horse battery";
const hash = hashPassword(PASSWORD);
const BUSY = { name: "PasswordsBusyError" };

let admin: UserActor;
beforeEach(async () => {
  admin = await newTenantAdmin();
  await prisma().adminPassword.create({
    data: { adminId: admin.id, hash: await hash, changedAt: new Date() },
  });
});

const signIn = (email: string, address: string, cookies: string | null = null) =>
  signInByPassword({ address, cookies, userAgent: "" }, { email, password: PASSWORD });
const inKnownBrowser = (address: string) => {
  const cookie = knownBrowserCookie(emailKey(admin.name)).split(";", 1)[0] ?? "";
  return signIn(admin.name, address, cookie);
};
const inNewBrowser = (address: string) => signIn(admin.name, address);

// The first one whom nobody knows has the hash made that all others are compared with.
beforeAll(async () => {
  await signIn("nobody@latchkey.test", "192.0.2.200");
});

/** Strangers who ask while bcrypt stands still. @returns once that many are turned away, when the others are done */
async function besiege(addresses: readonly string[], turnedAway: number) {
  const attempts = addresses.map((address) => signIn(`${unique("nobody")}@latchkey.test`, address));
  let away = 0;
  for (const attempt of attempts) {
    attempt.catch((error: unknown) => {
      expect(error).toMatchObject(BUSY);
      away += 1;
    });
  }
  await expect.poll(() => away, { timeout: 60_000 }).toBe(turnedAway);
  return { others: Promise.allSettled(attempts) };
}

describe("while bcrypt is busy", { timeout: 120_000 }, () => {
  let goOn: () => void;
  beforeEach(() => {
    goOn = holdBcrypt();
  });

  test("the thousand networks of one owner have no more places than leave some to others", async () => {
    const addresses = Array.from({ length: 12 }, (_, at) => `2001:db8:7:${at.toString(16)}::1`);
    const { others } = await besiege(addresses, 4);
    goOn();
    await others;
    expect(await inNewBrowser("198.51.100.7")).not.toBeNull();
  });

  test("one network has fewer still", async () => {
    const { others } = await besiege(Array(8).fill("192.0.2.40"), 2);
    goOn();
    await others;
  });

  test("strangers from everywhere leave places to known browsers and to whoever is signed in", async () => {
    const { others } = await besiege(
      Array.from({ length: 16 }, (_, at) => `203.0.113.${at}`),
      4,
    );
    const own = await signedIn(admin);
    const coming = [
      inKnownBrowser("203.0.113.99"),
      performGuarded(own, inSteps(proveAgain, confirmSignIn), { kind: "password", proof: PASSWORD }),
    ];
    const strange = inNewBrowser("203.0.113.98");
    await expect(strange).rejects.toMatchObject(BUSY);
    goOn();
    expect(await Promise.all(coming)).toEqual([expect.objectContaining({ id: expect.any(String) }), null]);
    await others;
  });
});
