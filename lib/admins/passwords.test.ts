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

test("nothing is right where there is no password", async () => {
  expect(await isRightPassword("correct horse battery", null)).toBe(false);
  expect(await isRightPassword("", null)).toBe(false);
});

test("the hash is bcrypt at cost 12, salted", async () => {
  const [one, other] = await Promise.all([hashPassword("correct horse"), hashPassword("correct horse")]);
  expect(one).toMatch(/^\$2[aby]\$12\$/);
  expect(one).not.toBe(other);
});
