import type { Page } from "@playwright/test";
import { database } from "@/lib/db";
import { appOf } from "@/test/authenticator";
import { expectAccessible } from "./accessible";
import { contentOf, expect, type Person, signIn, test } from "./fixtures";

/** Types the key into an app, as somebody does who cannot scan. */
async function enrol(page: Page): Promise<{ app: (at: Date) => string; codes: string[] }> {
  await page.getByRole("button", { name: "Set up" }).click();
  await expect(page.getByRole("img", { name: "Picture for your authenticator app" })).toBeVisible();
  await expectAccessible(page);
  const key = (await page.getByText(/^[A-Z2-7]{32}$/).textContent()) ?? "";
  const app = appOf(`otpauth://totp/Latchkey?secret=${key}`);
  await page.getByLabel("Code").fill("000000");
  await page.getByRole("button", { name: "Turn on" }).click();
  await expect(page.getByText("This code is wrong")).toBeVisible();
  await page.getByLabel("Code").fill(app(new Date()));
  await page.getByRole("button", { name: "Turn on" }).click();
  const dialog = page.getByRole("alertdialog", { name: "Recovery codes" });
  await expect(dialog).toBeVisible();
  await expectAccessible(page);
  const codes = await dialog.getByRole("listitem").allTextContents();
  await dialog.getByRole("button", { name: "Close" }).click();
  await expect(dialog.getByText("Copy or download the codes first")).toBeVisible();
  await dialog.getByLabel("I have stored the recovery codes").check();
  await dialog.getByRole("button", { name: "Close" }).click();
  return { app, codes };
}

/** The first step of signing in. */
async function givePassword(page: Page, who: Person) {
  await page.goto("/sign-in");
  await page.getByLabel("Email").fill(who.email);
  await page.getByLabel("Password", { exact: true }).fill(who.password);
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("Code")).toBeFocused();
}

test("somebody sets up an app, signs in with its code and with a recovery code, and removes it", async ({
  page,
  world,
  browser,
}) => {
  await signIn(page, world.admin);
  await page.goto(`/tenants/${world.slug}/account`);
  const { app, codes } = await enrol(page);
  await expect(page.getByText("10 recovery codes left")).toBeVisible();
  expect(await contentOf(page)).not.toContain(codes[0]);
  // The code that set the app up is spent, and so would be the next one if it were the same.
  await database().prisma.secondFactor.update({ where: { adminId: world.admin.id }, data: { lastStep: 0 } });

  const other = await (await browser.newContext()).newPage();
  await givePassword(other, world.admin);
  await expectAccessible(other);
  await other.keyboard.type("123456");
  await other.keyboard.press("Enter");
  await expect(other.getByText("This code is wrong, or was used already.")).toBeVisible();
  await other.getByLabel("Code").fill(app(new Date()));
  await other.keyboard.press("Enter");
  await other.waitForURL(/\/machines$/);

  const third = await (await browser.newContext()).newPage();
  await givePassword(third, world.admin);
  await third.getByLabel("Code").fill(codes[0] ?? "");
  await third.getByRole("button", { name: "Sign in" }).click();
  await third.waitForURL(/\/machines$/);

  await page.reload();
  await expect(page.getByText("9 recovery codes left")).toBeVisible();
  await page.getByRole("button", { name: "Remove" }).click();
  const dialog = page.getByRole("alertdialog");
  await dialog.getByLabel("Password", { exact: true }).fill(world.admin.password);
  await dialog.getByRole("button", { name: "Remove" }).click();
  await expect(page.getByRole("button", { name: "Set up" })).toBeVisible();
});

test("a tenant that requires a second factor shows nothing to members without one", async ({
  page,
  world,
  browser,
}) => {
  const viewer = await world.person("Viewer");
  await signIn(page, world.admin);
  const theirs = await (await browser.newContext()).newPage();
  await signIn(theirs, viewer);
  await page.goto(`/tenants/${world.slug}/users`);
  await expect(page.getByText("2 people have none yet.")).toBeVisible();
  await page.getByRole("button", { name: "Require it" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Require it" }).click();
  await expect(page).toHaveURL(/\/second-factor$/);
  for (const path of ["machines", "account", "jobs"]) {
    await theirs.goto(`/tenants/${world.slug}/${path}`);
    await expect(theirs).toHaveURL(/\/second-factor$/);
  }
  await expectAccessible(theirs);
  await enrol(theirs);
  await theirs.waitForURL(/\/machines$/);
});
