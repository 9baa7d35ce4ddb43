import { hash } from "bcryptjs";
import { expect, test } from "vitest";
import { hashPassword, isRightPassword } from "./passwords";

test("a password of exactly 72 bytes is right to its last byte", async () => {
  const longest = `${"ä".repeat(35)}xy`;
  const hash = await hashPassword(longest);
  expect(await isRightPassword(longest, hash)).toBe(true);
  expect(await isRightPassword(`${"ä".repeat(35)}xz`, hash)).toBe(false);
});

test("a longer one is refused instead of cut: what only begins like the password is not it", async () => {
  const longest = "p".repeat(72);
  await expect(hashPassword(`${longest}q`)).rejects.toThrow("72 bytes");
  expect(await isRightPassword(`${longest}q`, await hashPassword(longest))).toBe(false);
});

test.each(["eleven char", "", "ä".repeat(37), `${"x".repeat(20)}\0`, `${"x".repeat(20)}\ud800`])(
  "%j cannot become a password",
  async (password) => {
    await expect(hashPassword(password)).rejects.toThrow();
  },
);

const [COMPOSED, DECOMPOSED] = ["caf\u00e9 au lait".normalize("NFC"), "caf\u00e9 au lait".normalize("NFD")];

test.each([
  [COMPOSED, DECOMPOSED],
  [DECOMPOSED, COMPOSED],
  ["correct horse battery", "correct\u00a0horse\u3000battery"],
])("a password set as %j is right when a keyboard makes it %j (RFC 8265 \u00a74.2)", async (set, typed) => {
  expect(await isRightPassword(typed, await hashPassword(set))).toBe(true);
});

test("letters that only look alike are others", async () => {
  expect(await isRightPassword("ﬁne horse battery", await hashPassword("fine horse battery"))).toBe(false);
});

test("an older hash of a decomposed password is right as it was typed", async () => {
  expect(await isRightPassword(DECOMPOSED, await hash(DECOMPOSED, 4))).toBe(true);
  expect(await isRightPassword(COMPOSED, await hash(COMPOSED, 4))).toBe(true);
});

test("the 72 bytes are counted in the composed form", async () => {
  const longest = "\u00e9".repeat(36);
  expect(await isRightPassword(longest, await hashPassword(longest.normalize("NFD")))).toBe(true);
  await expect(hashPassword("\u00e9".repeat(37).normalize("NFD"))).rejects.toThrow("72 bytes");
});

test("nothing is right where there is no password", async () => {
  expect(await isRightPassword("correct horse battery", null)).toBe(false);
  expect(await isRightPassword("", null)).toBe(false);
});

test("the hash is bcrypt at cost 12, salted", async () => {
  const [one, other] = await Promise.all([hashPassword("correct horse"), hashPassword("correct horse")]);
  expect(one).toMatch(/^\$2[aby]\$12\$/);
  expect(one).not.toBe(other);
});
